import { expect, it } from 'vitest';
import type { Check } from '../../src/commands/doctor/check.ts';
import { callbacksHere, useCli } from '../harness/cli-harness.ts';

const cli = useCli();

async function retention(): Promise<Check | undefined> {
  const { stdout } = await callbacksHere(['doctor', '--json', '--no-stack'], cli.env);
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return checks.find(({ name }) => name === 'retention');
}
const ahead = { status: 'warning', message: expect.stringContaining('a clock was ahead') };

it('doctor warns where no run has come to its end', async () => {
  expect(await retention()).toMatchObject({
    status: 'warning',
    message: expect.stringContaining('no run has come to its end yet'),
  });
});

it.each([
  `INSERT INTO retention_run (started_at, finished_at, schedule, removed)
   VALUES (now(), now() + interval '1 year', 'another', '{}')`,
  `INSERT INTO redaction (before) VALUES (now() + interval '1 year')`,
])('doctor warns of what a clock that was ahead has noted: %s', async (note) => {
  await cli.database.pool.query(note);
  expect(await retention()).toMatchObject(ahead);
});
