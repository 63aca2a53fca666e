import { hostname, userInfo } from 'node:os';

/** Names the person who runs the command, for the audit. A container's user may have no name. */
export function operatorName(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ERR_SYSTEM_ERROR') {
      return String(process.getuid?.() ?? 'unknown');
    }
    throw error;
  }
}
