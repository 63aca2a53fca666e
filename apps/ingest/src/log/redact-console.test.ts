import { createLogger } from '@sinch-callbacks/telemetry';
import { expect, it } from 'vitest';
import { redactConsole } from './redact-console.ts';

it('a library’s error on the console becomes one line, without the error’s own fields', () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const target = { error: () => {}, warn: () => {} } as unknown as Pick<Console, 'error' | 'warn'>;
  redactConsole(createLogger({ name: 'test', level: 'info', destination }), target);
  const error = Object.assign(new Error('no'), { command: { args: ['hunter2'] } });
  target.error('unhandledRejection:', error, { rawBody: 'hunter2' }, ['hunter2']);
  target.warn('watch out');
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    msg: 'complaint heard',
    text: 'unhandledRejection:',
    err: { type: 'Error', message: 'no' },
  });
  expect(lines.join()).not.toContain('hunter2');
});
