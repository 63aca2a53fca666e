import { ConfigError } from '@sinch-callbacks/config';
import { DatabaseUnavailableError } from '@sinch-callbacks/db';
import { redactText } from '@sinch-callbacks/telemetry';

/** Explains a failed start: one line where an operator can fix it, the stack for a bug. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return redactText(String(error));
  if (error instanceof ConfigError || error instanceof DatabaseUnavailableError) {
    return redactText(error.message);
  }
  if (Reflect.get(error, 'code') === 'EADDRINUSE') {
    return 'ADMIN_PORT is taken by another process: choose another, or 0 for any free one';
  }
  return redactText(error.stack ?? error.message);
}
