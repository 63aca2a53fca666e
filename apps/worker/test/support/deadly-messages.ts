/**
 * Preloaded into a worker, this makes some events deadly: reading the body of one ends the
 * process, of another blocks its event loop for good, as a bug or a crashing native module would.
 *
 * Each death is recorded in the file DEATHS_FILE, a line each: the event that caused it.
 */
import { appendFileSync } from 'node:fs';

const deathsFile = process.env['DEATHS_FILE'];

function recordDeath(messageId: string): void {
  if (deathsFile !== undefined) appendFileSync(deathsFile, `${messageId}\n`);
}

const parse = JSON.parse;

JSON.parse = (text: string, ...rest: [(this: unknown, key: string, value: unknown) => unknown]) => {
  const value: unknown = parse(text, ...rest);
  switch (messageIdOf(value)) {
    case '01KILLER':
      recordDeath('01KILLER');
      process.kill(process.pid, 'SIGKILL');
      break;
    case '01BLOCKER':
      recordDeath('01BLOCKER');
      for (;;);
  }
  return value;
};

function messageIdOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  const report: unknown = Reflect.get(body, 'message_delivery_report');
  if (typeof report !== 'object' || report === null) return undefined;
  return Reflect.get(report, 'message_id');
}
