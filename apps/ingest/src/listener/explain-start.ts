import { ConfigError } from '@sinch-callbacks/config';
import { redactText } from '@sinch-callbacks/telemetry';

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: 'INGEST_PORT is taken by another process: choose another, or 0 for any free one',
  EACCES: 'INGEST_PORT needs rights that this user does not have: choose one above 1023',
  EADDRNOTAVAIL: 'INGEST_HOST is no address of this machine: choose one that is, such as 127.0.0.1',
  ENOTFOUND: 'INGEST_HOST is a name that nobody knows: choose an address, such as 127.0.0.1',
};

/** Why ingest could not start: one line for what an operator can mend, the stack for a bug. */
export function explainStart(error: unknown): string {
  if (!(error instanceof Error)) return redactText(String(error));
  if (error instanceof ConfigError) return redactText(error.message);
  const known = advice[String(Reflect.get(error, 'code'))];
  return known ?? redactText(error.stack ?? error.message);
}
