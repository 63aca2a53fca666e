import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { callbacksHere, useCli } from '../harness/cli-harness.ts';

const cli = useCli();

const file = path.resolve(import.meta.dirname, 'handlers-to-try.ts');
const key = 'MESSAGE_INBOUND.01ABCD';

const commands: readonly (readonly string[])[] = [
  ['handlers', 'list'],
  ['handlers', 'show', key],
  ['handlers', 'dead'],
  ['handlers', 'dead', '--each'],
  ['handlers', 'replay', '--all'],
  ['handlers', 'replay', '--all', '--dry-run'],
  ['handlers', 'replay', key],
  ['handlers', 'discard', '--all', '--dry-run'],
  ['handlers', 'cancel', '1'],
  ['handlers', 'continue', '1'],
  ['handlers', 'backfill', 'crm-sync', '--since', '30d'],
  ['handlers', 'pause', 'crm-sync'],
  ['handlers', 'resume', 'crm-sync'],
  ['handlers', 'retire', 'crm-sync'],
  ['handlers', 'try', 'stop-word', '--sample', 'MESSAGE_INBOUND', '--file', file],
  ['handlers', 'try', 'stop-word', '--event', key, '--file', file],
];

/** Commands whose first statement reads a table of handlers. */
const readers = commands.filter(
  ([, name = '', first]) =>
    ['list', 'dead', 'backfill', 'pause', 'replay'].includes(name) && first !== key,
);

describe('a command about handlers', () => {
  it.each(commands)(
    '%s %s %s %s: exits 3 and says so while the database is down',
    async (...args) => {
      const env = { ...cli.env, DATABASE_URL: 'postgres://127.0.0.1:1/none' };
      const ended = await callbacksHere([...args, '--no-stack', '--json'], env);
      expect(ended.code).toBe(3);
      expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code: 'database-unavailable' } });
      expect(ended.stderr).toContain('callbacks doctor');
    },
  );

  it('exits 3 and says so while its migrations are missing', async () => {
    await cli.database.pool.query('DROP TABLE handler_hold, handler_task, handler');
    for (const args of readers) {
      const ended = await cli.runJson(...args);
      expect({ args, code: ended.code }).toEqual({ args, code: 3 });
      expect(ended.document).toMatchObject({ error: { code: 'database-unavailable' } });
    }
  });
});
