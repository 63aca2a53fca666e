import { discardDeadLetters, findDeadLetter, listRuns } from '@sinch-callbacks/db';
import { describe, expect, it } from 'vitest';
import { callbacks, callbacksHere, type Ended, useCli } from '../harness/cli-harness.ts';
import { consume, recordLetters, reportOf } from '../harness/letters.ts';

const cli = useCli();

const [one, two, three] = [reportOf('01ONE'), reportOf('01TWO'), reportOf('01THREE')] as const;
const { run, runJson } = cli;

describe('dead list', () => {
  it('shows each open letter on a line, with its reason and nothing of its body', async () => {
    await recordLetters(cli, [one, two]);
    const { code, stdout, stderr } = await run('dead', 'list');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(stdout).toContain(one.key);
    expect(stdout).toContain('refused by the test');
    expect(stdout).not.toContain('01PERSON');
    expect(stdout).not.toContain('\u001B');
    expect(stderr).toContain('2 shown of 2 open dead letters');
    expect(stderr).toContain('database from the environment');
  });

  it('says so when there is none, and exits 0', async () => {
    expect(await run('dead', 'list')).toMatchObject({ code: 0, stdout: '' });
    expect((await runJson('dead', 'list')).document).toEqual({ total: 0, letters: [], next: null });
  });

  it('with --json is one document, page after page, each letter once', async () => {
    await recordLetters(cli, [one, two, three]);
    const first = await runJson('dead', 'list', '--limit', '2');
    expect(first.document).toMatchObject({ total: 3, letters: [{ attempts: 1, replays: 0 }, {}] });
    const second = await runJson('dead', 'list', '--limit', '2', '--after', first.document.next);
    expect(second.document.next).toBeNull();
    const letters = [...first.document.letters, ...second.document.letters];
    const keys = new Set(letters.map(({ eventKey }) => eventKey));
    expect(keys).toEqual(new Set([one.key, two.key, three.key]));
  });

  it('filters by trigger, error class and time, and shows resolved ones on request', async () => {
    await recordLetters(cli, [one], new Date(Date.now() - 3 * 3600_000));
    await recordLetters(cli, [two]);
    await discardDeadLetters(cli.database, [two.key], new Date());
    const keys = async (...args: string[]) =>
      (await runJson('dead', 'list', ...args)).document.letters.map(
        (letter: { eventKey: string }) => letter.eventKey,
      );
    expect(await keys()).toEqual([one.key]);
    expect(await keys('--since', '2h')).toEqual([]);
    expect(await keys('--until', '2h', '--error-class', 'permanent')).toEqual([one.key]);
    expect(await keys('--trigger', 'message-inbound')).toEqual([]);
    expect(await keys('--resolved', '--since', '1h')).toEqual([two.key]);
  });
});

describe('dead groups', () => {
  it('counts open letters by their error, and the fingerprint chooses them', async () => {
    await recordLetters(cli, [one, two, three]);
    const { code, document } = await runJson('dead', 'groups');
    const [group] = document.groups;
    expect({ code, group }).toMatchObject({
      code: 0,
      group: { count: 3, triggers: ['MESSAGE_DELIVERY'], errorClass: 'permanent' },
    });
    const { stdout, stderr } = await run('dead', 'groups');
    expect(stdout).toContain(group.fingerprint);
    expect(stdout).not.toContain('\u001B');
    expect(stderr).toContain('1 group, 3 open dead letters');
    const choose = ['--fingerprint', group.fingerprint];
    expect((await runJson('dead', 'list', ...choose)).document.total).toBe(3);
    const other = ['--fingerprint', '000000000000'];
    expect((await runJson('dead', 'replay', ...other)).document.letters).toEqual([]);
    expect((await runJson('dead', 'discard', ...choose)).document.counts).toEqual({ discarded: 3 });
    expect((await runJson('dead', 'groups')).document.groups).toEqual([]);
    expect(await run('dead', 'list', '--fingerprint', 'x')).toMatchObject({ code: 2 });
  });
});

describe('dead show', () => {
  it('shows reason, attempts and facts, and not the body', async () => {
    await recordLetters(cli, [one]);
    const { code, stdout } = await run('dead', 'show', one.key);
    expect(code).toBe(0);
    for (const part of [one.key, '01ONE', 'permanent', 'refused by the test', 'at nowhere']) {
      expect(stdout).toContain(part);
    }
    expect(stdout).not.toContain('01PERSON');
    expect(stdout).not.toContain('\u001B');
    const { document } = await runJson('dead', 'show', one.key);
    expect(document).toMatchObject({ history: [{ attempt: 1, replay: 0 }], event: factsOfOne() });
    expect(JSON.stringify(document)).not.toContain('01PERSON');
  });

  it('shows the body, to the byte, where it is asked for', async () => {
    await recordLetters(cli, [one]);
    expect((await run('dead', 'show', one.key, '--body')).stdout).toContain(one.rawBody.text);
    const { document } = await runJson('dead', 'show', one.key, '--body');
    expect(document.event.rawBody).toEqual(one.rawBody);
  });

  it('takes the beginning of a key, and names the letters when several begin so', async () => {
    await recordLetters(cli, [one, two]);
    const start = 'MESSAGE_DELIVERY.01ONE';
    expect((await runJson('dead', 'show', start)).document.eventKey).toBe(one.key);
    const several = await runJson('dead', 'show', 'MESSAGE_DELIVERY.');
    expect(several).toMatchObject({ code: 1, document: { error: { code: 'ambiguous' } } });
    for (const { key } of [one, two]) expect(several.stderr).toContain(key);
    expect((await runJson('dead', 'show', 'MESSAGE%')).document.error.code).toBe('not-found');
  });

  it('of a key that does not exist exits 1', async () => {
    const { code, document, stderr } = await runJson('dead', 'show', 'NO.SUCH.KEY');
    expect({ code, document }).toMatchObject({
      code: 1,
      document: { error: { code: 'not-found' } },
    });
    expect(stderr).toContain('no dead letter has this key');
  });

  function factsOfOne() {
    return { key: one.key, entityId: '01ONE', receivedAt: one.receivedAt };
  }
});

describe('dead replay', () => {
  it('does nothing without a selection', async () => {
    await recordLetters(cli, [one]);
    const { code, stdout, stderr } = await run('dead', 'replay');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--all');
    expect(await cli.jobIds('replay')).toEqual([]);
  });

  it('as a dry run says which and how many, and changes nothing', async () => {
    await recordLetters(cli, [one, two]);
    const { code, document } = await runJson('dead', 'replay', '--dry-run');
    expect(code).toBe(0);
    expect(document).toMatchObject({ dryRun: true, counts: { 'would-replay': 2 } });
    expect(document.letters).toContainEqual({ eventKey: one.key, outcome: 'would-replay' });
    expect(await cli.jobIds('replay')).toEqual([]);
    expect(await cli.jobIds('dead')).toHaveLength(2);
    expect(await findDeadLetter(cli.database, one.key)).toMatchObject({ replays: 0 });
    expect(await listRuns(cli.database, 1)).toEqual([]);
  });

  it('moves every letter from the dead queue to the replay lane and notes it', async () => {
    await recordLetters(cli, [one, two, three]);
    const { code, stdout, stderr } = await callbacks(['dead', 'replay', '--all'], cli.env);
    expect(code).toBe(0);
    expect(stdout.match(/replayed .*\(replay 1\)/g)).toHaveLength(3);
    expect(stderr).toContain('3 letters replayed');
    const jobs = [one, two, three].map(({ key }) => `${key}.r1`);
    expect(await cli.jobIds('replay')).toEqual(jobs.toSorted());
    expect(await cli.jobIds('dead')).toEqual([]);
    const letter = await findDeadLetter(cli.database, one.key);
    expect(letter).toMatchObject({ replays: 1, resolvedAt: undefined });
  });

  it('with --wait exits 0 once the events are applied', async () => {
    await recordLetters(cli, [one, two]);
    const worker = consume(cli, 'replay', async (_, apply) => await apply());
    const { code, document } = await runJson('dead', 'replay', '--all', '--wait', '30');
    await worker.close();
    expect(code).toBe(0);
    expect(document.waited).toHaveLength(2);
    expect(document.counts).toEqual({ replayed: 2, applied: 2 });
    expect(await findDeadLetter(cli.database, two.key)).toMatchObject({ resolution: 'APPLIED' });
    expect(await cli.database.prisma.message.count()).toBe(2);
  });

  it('with --wait exits 1 when one dies again, or when nothing happens in time', async () => {
    await recordLetters(cli, [one]);
    const again = consume(
      cli,
      'replay',
      async () => ({ kind: 'failed', failureClass: 'permanent', message: 'still', stack: '' }),
      new Date(Date.now() + 1_000),
    );
    const died = await runJson('dead', 'replay', one.key, '--wait', '30');
    await again.close();
    expect(died).toMatchObject({ code: 1, document: { counts: { replayed: 1, 'dead-again': 1 } } });
    expect(await cli.jobIds('dead')).toEqual([one.key]);

    const late = await runJson('dead', 'replay', one.key, '--wait=1');
    expect(late).toMatchObject({ code: 1, document: { counts: { unsettled: 1 } } });
    expect(late.document.letters).toMatchObject([{ outcome: 'replayed', replay: 2 }]);
  });

  it('skips what is resolved, and exits 1 for a key that does not exist', async () => {
    await recordLetters(cli, [one, two]);
    await discardDeadLetters(cli.database, [one.key], new Date());
    const { code, document } = await runJson('dead', 'replay', one.key, 'NO.SUCH.KEY', two.key);
    expect(code).toBe(1);
    expect(document.letters).toEqual([
      { eventKey: one.key, outcome: 'skipped', reason: 'already discarded' },
      { eventKey: 'NO.SUCH.KEY', outcome: 'not-found' },
      expect.objectContaining({ eventKey: two.key, outcome: 'replayed', replay: 1 }),
    ]);
  });
});

describe('dead discard', () => {
  it('closes what is chosen, takes it off the dead queue and keeps the event', async () => {
    await recordLetters(cli, [one, two]);
    const { code, document } = await runJson('dead', 'discard', one.key);
    expect({ code, counts: document.counts }).toEqual({ code: 0, counts: { discarded: 1 } });
    expect(await findDeadLetter(cli.database, one.key)).toMatchObject({
      resolution: 'DISCARDED',
      event: { rawBody: one.rawBody },
    });
    expect(await cli.jobIds('dead')).toEqual([two.key]);
  });

  it('needs a selection, and a dry run changes nothing', async () => {
    await recordLetters(cli, [one]);
    expect(await run('dead', 'discard')).toMatchObject({ code: 2, stdout: '' });
    const dry = await runJson('dead', 'discard', '--all', '--dry-run');
    expect(dry.document.counts).toEqual({ 'would-discard': 1 });
    expect((await findDeadLetter(cli.database, one.key))?.resolvedAt).toBeUndefined();
    expect(await cli.jobIds('dead')).toEqual([one.key]);
  });
});

describe('failures that are foreseen', () => {
  it('wrong use exits 2, names the mistake, and is JSON with --json', async () => {
    const { code, document, stderr } = await runJson('dead', 'replay', '--dryrun');
    expect(code).toBe(2);
    expect(document.error).toMatchObject({ code: 'usage' });
    expect(stderr).toContain('Did you mean --dry-run?');
  });

  it('a database that is down leads to exit code 3 and no stack trace', async () => {
    const env = { ...cli.env, DATABASE_URL: 'postgres://user:hidden@127.0.0.1:9/none' };
    const ended = await callbacks(['dead', 'list', '--json', '--no-stack'], env);
    expect(ended.code).toBe(3);
    expect(JSON.parse(ended.stdout).error).toMatchObject({ code: 'database-unavailable' });
    expectNoStackNorSecret(ended);
  });

  it('a queue that is down leads to exit code 3 and leaves the letter open and not marked', async () => {
    await recordLetters(cli, [one]);
    const env = { ...cli.env, REDIS_URL: 'redis://:hidden@127.0.0.1:9' };
    const ended = await callbacksHere(['dead', 'replay', '--all', '--json', '--no-stack'], env);
    expect(ended.code).toBe(3);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      letters: [],
      error: { code: 'queue-unavailable' },
    });
    expectNoStackNorSecret(ended);
    const letter = await findDeadLetter(cli.database, one.key);
    expect(letter).toMatchObject({ replays: 0, resolvedAt: undefined });
  });

  it('malformed or missing settings lead to exit code 2 and show no value', async () => {
    const malformed = { ...cli.env, DATABASE_URL: 'mysql://user:hidden@host' };
    const ended = await callbacks(['dead', 'list', '--no-stack'], malformed);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('DATABASE_URL must be a URL');
    expectNoStackNorSecret(ended);
    expect(await callbacksHere(['dead', 'list', '--no-stack'], {})).toMatchObject({ code: 2 });
  });

  function expectNoStackNorSecret({ stdout, stderr }: Ended): void {
    expect(stdout + stderr).not.toMatch(/hidden|\n\s+at /);
  }
});
