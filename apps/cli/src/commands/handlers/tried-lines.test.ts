import { expect, it } from 'vitest';
import { plainRun, triedLines } from './tried-lines.ts';

it('shows values that JSON has no form for', () => {
  const itself: Record<string, unknown> = {};
  itself['itself'] = itself;
  const run = {
    outcome: 'done',
    statements: [{ text: 'SELECT $1, $2', values: [12n, undefined] }],
    sends: [{ name: 'reply', message: { to: 'SMS:1', message: 'Hi' }, outcome: 'queued' }],
    log: [
      { level: 'warn', facts: { err: new TypeError('no such row') }, message: 'failed' },
      { level: 'info', facts: itself, message: 'round' },
    ],
  } as const;
  const shown = triedLines(run).join('\n');
  expect(shown).toContain('SELECT $1, $2 ["12",null]');
  expect(shown).toContain('no such row');
  expect(shown).toContain('not sent: reply (queued) {"to":"SMS:1","message":"Hi"}');
  expect(JSON.parse(JSON.stringify(plainRun(run)))).toMatchObject({
    outcome: 'done',
    statements: [{ values: ['12', null] }],
    log: [{ facts: { err: { message: 'no such row' } } }, { facts: expect.any(String) }],
  });
});
