import { redactText } from './redact.ts';

/** The variables that say where a process listens. */
export interface AddressVariables {
  readonly host: string;
  readonly port: string;
}

/** Codes of errors whose message is written for an operator. */
const explained: ReadonlySet<unknown> = new Set([
  'INVALID_CONFIG',
  'DATABASE_UNAVAILABLE',
  'erasure-log',
]);

/** Explains a failed start: one line where an operator can fix it, the stack for a bug. */
export function explainStart(error: unknown, { host, port }: AddressVariables): string {
  if (!(error instanceof Error)) return redactText(String(error));
  const code: unknown = Reflect.get(error, 'code');
  switch (code) {
    case 'EADDRINUSE':
      return `${port} is taken by another process: choose another, or 0 for any free one`;
    case 'EACCES':
      return `${port} needs rights that this user does not have: choose one above 1023`;
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine: choose one that is, such as 127.0.0.1`;
    case 'ENOTFOUND':
      return `${host} is an unknown name: choose an address, such as 127.0.0.1`;
    default:
      return redactText(explained.has(code) ? error.message : (error.stack ?? error.message));
  }
}
