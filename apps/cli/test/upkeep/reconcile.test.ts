import type { SinchApiOptions } from '@sinch-callbacks/simulator/api';
import { describe, expect, it } from 'vitest';
import { callbacksHere, useCli } from '../harness/cli-harness.ts';
import { openAccount } from '../harness/sinch-account.ts';

const cli = useCli();

/** All messages of these accounts are old enough to be compared. */
const clock = () => new Date(Date.now() - 600_000);
const conversation = { projects: [{ apps: [{ mode: 'CONVERSATION' as const }] }] };

/** A Sinch whose callbacks were all lost, and the command. */
async function afterOutage(options: SinchApiOptions, messages = 2) {
  const account = await openAccount({ clock, faults: { droppedCallbacks: 1 }, ...options });
  await account.register();
  for (let n = 0; n < messages; n += 1) {
    account.sinch.receiveInbound({ channel: 'SMS', identity: `+155512300${10 + n}`, text: 'Hi' });
  }
  const env = { ...account.env, ...cli.env };
  const run = async (...args: readonly string[]) =>
    await callbacksHere(['reconcile', '--since', '1h', ...args, '--no-stack'], env);
  const runJson = async (...args: readonly string[]) => {
    const ended = await run(...args, '--json');
    return { ...ended, document: JSON.parse(ended.stdout) };
  };
  return { ...account, run, runJson };
}

describe('reconcile', () => {
  it('says that nothing can be known where Sinch keeps no message, and how to change it', async () => {
    const { run } = await afterOutage({});
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toContain('nothing can be known: the app is in DISPATCH mode');
    expect(stderr).toContain('dispatch_retention_policy to 1 to 7 days');
  });

  it.each([
    [conversation, 'Sinch keeps CONVERSATION messages for 180 days'],
    [
      { projects: [{ apps: [{ dispatchRetentionDays: 3 }] }] },
      'Sinch keeps DISPATCH messages for 3 days',
    ],
  ])('queues what was missed, once, and says what can be known', async (options, known) => {
    const { runJson } = await afterOutage(options);
    const { code, document, stderr } = await runJson();
    expect(code).toBe(0);
    expect(stderr).toContain(known);
    expect(stderr).toContain('not to be found: missed delivery reports, opt-ins and opt-outs');
    expect(document).toMatchObject({ counts: { inbound: 2 }, isComplete: true, dryRun: false });
    const keys = document.findings.map(({ eventKey }: { eventKey: string }) => eventKey);
    expect(await cli.jobIds('live')).toEqual(keys.toSorted());
    expect((await runJson()).document.findings).toHaveLength(2);
    expect(await cli.jobIds('live')).toEqual(keys.toSorted());
  });

  it('with --dry-run and --check lists the same and changes nothing; --check exits 1', async () => {
    const { run, runJson } = await afterOutage(conversation);
    const dry = await run('--dry-run');
    expect([dry.code, dry.stdout.match(/^dry run {2}inbound/gm)?.length]).toEqual([0, 2]);
    const check = await runJson('--check');
    expect([check.code, check.document.findings.length]).toEqual([1, 2]);
    expect(await cli.jobIds('live')).toEqual([]);
  });

  it('with --check exits 0 where nothing is missing', async () => {
    const { run } = await afterOutage(conversation, 0);
    expect(await run('--check')).toMatchObject({ code: 0 });
  });

  it('comes through 429, 503 and expired tokens on the way', async () => {
    const faults = { tooManyRequests: 0.2, unavailable: 0.2, expiredTokens: 0.2 };
    const faultyOperations = ['list-messages' as const];
    const options = { ...conversation, faultyOperations, seed: 'faults' };
    const { runJson } = await afterOutage({
      ...options,
      faults: { ...faults, droppedCallbacks: 1 },
    });
    expect(await runJson()).toMatchObject({ code: 0, document: { counts: { inbound: 2 } } });
  });

  it('exits 3, with a whole document, where Sinch is down', async () => {
    const faults = { unavailable: 1, droppedCallbacks: 1 };
    const faultyOperations = ['list-messages' as const];
    const { runJson } = await afterOutage({ ...conversation, faults, faultyOperations });
    const { code, document } = await runJson();
    expect(code).toBe(3);
    expect(document).toMatchObject({ findings: [], error: { code: 'sinch-api' } });
  });

  it('refuses a range that is not older than what may be on its way', async () => {
    const { run } = await afterOutage(conversation);
    expect(await run('--since', '2m')).toMatchObject({ code: 2 });
  });
});
