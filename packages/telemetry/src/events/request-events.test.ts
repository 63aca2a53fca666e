import { expect, it } from 'vitest';
import { createLogger } from '../create-logger.ts';
import { callbackReceived } from './request-events.ts';

it.each([
  [200, 'info'],
  [401, 'warn'],
  [503, 'error'],
])('an answer %i is one line of level %s', (status, level) => {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const logger = createLogger({ name: 'ingest', level: 'info', destination });
  const facts = { outcome: 'x', method: 'POST', status, durationMs: 3, secretPosition: 0 };
  callbackReceived(logger, { ...facts, stale: true });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    ...facts,
    level,
    stale: true,
    msg: 'callback received',
  });
});
