import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  countDeadLetters,
  findDeadLetter,
  findRun,
  listDeadLetters,
  listRuns,
  openRun,
} from '@sinch-callbacks/db';
import { compileCache, until } from '@sinch-callbacks/dev-env/processes';
import { replayLetter } from '@sinch-callbacks/operations';
import { openReplayLane } from '@sinch-callbacks/queue';
import { redactText } from '@sinch-callbacks/telemetry';
import { describe, expect, it } from 'vitest';
import { mainFile, useCli } from '../harness/cli-harness.ts';
import { consume, insertLetters, recordLetters, reportOf } from '../harness/letters.ts';

const cli = useCli();

const [one, two, three] = [reportOf('01ONE'), reportOf('01TWO'), reportOf('01THREE')] as const;
const { runJson } = cli;
const longTimeout = { timeout: 240_000 };
const soon = (what: string) => ({ what, timeoutMs: 200_000, intervalMs: 50 });
const reports = (count: number) => Array.from({ length: count }, (_, n) => reportOf(`01N${n}`));

describe('a replay', () => {
  it('says its number and leaves an audit row: who, when, which, and how far it came', async () => {
    await recordLetters(cli, [one, two, three]);
    const since = ['--since', '1h', '--error-class', 'permanent'];
    const replay = await runJson('dead', 'replay', ...since, '--as', 'anna');
    const { id } = replay.document.run;
    expect(replay.stderr).toContain(`run ${id}: callbacks dead cancel ${id} stops it`);
    const { document } = await runJson('dead', 'replays');
    expect(document.runs).toMatchObject([
      {
        id,
        action: 'REPLAY',
        state: 'DONE',
        operator: 'anna',
        matched: 3,
        queued: 3,
        underWay: 0,
        skipped: 0,
        withdrawn: 0,
        filter: { where: { errorClass: 'permanent', since: expect.stringMatching(/^\d{4}-/) } },
        startedAt: expect.any(String),
        finishedAt: expect.any(String),
      },
    ]);
    expect(document.runs[0].cursor).toBe(
      [one, two, three]
        .map(({ key }) => key)
        .toSorted()
        .at(-1),
    );
  });

  it('of what is on the queue already queues nothing twice', async () => {
    await recordLetters(cli, [one, two]);
    await runJson('dead', 'replay', one.key);
    const all = await runJson('dead', 'replay', '--all');
    expect(all.document.counts).toEqual({ 'under-way': 1, replayed: 1 });
    expect(await cli.jobIds('replay')).toEqual([`${one.key}.r1`, `${two.key}.r1`].toSorted());
    expect((await listRuns(cli.database, 1))[0]).toMatchObject({ queued: 1, underWay: 1 });
  });

  it('and another of the same filter at once queue each letter once between them', async () => {
    const events = reports(60);
    await recordLetters(cli, events);
    const both = await Promise.all([
      runJson('dead', 'replay', '--all'),
      runJson('dead', 'replay', '--all'),
    ]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const keys = events.map(({ key }) => `${key}.r1`).toSorted();
    expect(await cli.jobIds('replay')).toEqual(keys);
    const runs = await listRuns(cli.database, 2);
    expect(runs.reduce((sum, { queued }) => sum + queued, 0)).toBe(60);
    const letters = await listDeadLetters(cli.database, {}, { limit: 100 });
    expect(letters.every(({ replays }) => replays === 1)).toBe(true);
  });
});

describe('a replay whose process is killed', longTimeout, () => {
  it('in the middle is resumed, and every letter is applied exactly once', async () => {
    const many = 200;
    await insertLetters(cli, many);
    const { prisma } = cli.database;
    await killReplayAfter(20);
    const [run] = await listRuns(cli.database, 1);
    expect(run).toMatchObject({ state: 'RUNNING', matched: many });
    expect(run?.queued).toBeGreaterThanOrEqual(20);
    expect(run?.queued).toBeLessThan(many);

    const tries = new Map<string, number>();
    const worker = consume(cli, 'replay', async ({ key }, apply) => {
      tries.set(key, (tries.get(key) ?? 0) + 1);
      return await apply();
    });
    expect((await runJson('dead', 'resume', String(run?.id))).code).toBe(0);
    await until(async () => (await countDeadLetters(cli.database, {})) === 0, soon('the replay'));
    await worker.close();
    expect([...tries.values()]).toEqual(Array(many).fill(1));
    expect(await prisma.messageStatus.count()).toBe(many);
    expect(await prisma.callbackEvent.count({ where: { state: 'APPLIED' } })).toBe(many);
    expect(await findRun(cli.database, run?.id ?? 0)).toMatchObject({
      state: 'DONE',
      queued: many,
    });
  });

  it('is cancelled from elsewhere: what waits leaves the queue, its letters are open', async () => {
    await insertLetters(cli, 200);
    await killReplayAfter(20);
    const [run] = await listRuns(cli.database, 1);
    const cancelled = await runJson('dead', 'cancel', String(run?.id));
    expect(cancelled).toMatchObject({ code: 0, document: { run: { state: 'CANCELLED' } } });
    expect(cancelled.document.counts.withdrawn).toBe(run?.queued);
    expect(await cli.jobIds('replay')).toEqual([]);
    expect(await cli.jobIds('dead')).toHaveLength(run?.queued ?? 0);
    expect(await countDeadLetters(cli.database, {})).toBe(200);
    expect(await findRun(cli.database, run?.id ?? 0)).toMatchObject({ queued: 0 });

    expect((await runJson('dead', 'resume', String(run?.id))).code).toBe(0);
    expect(await cli.jobIds('replay')).toHaveLength(200);
    expect(await cli.jobIds('dead')).toEqual([]);
  });

  /** Kills the command as soon as so many letters are on the queue. */
  async function killReplayAfter(count: number): Promise<void> {
    const args = [mainFile, 'dead', 'replay', '--all', '--no-stack'];
    const child = spawn(process.execPath, args, {
      env: { ...compileCache(), ...cli.env },
      stdio: 'ignore',
    });
    const gone = once(child, 'close');
    const { prisma } = cli.database;
    await until(async () => (await prisma.deadLetter.count({ where: { replays: 1 } })) >= count, {
      ...soon('some letters to be queued'),
      intervalMs: 1,
    });
    child.kill('SIGKILL');
    await gone;
  }
});

describe('cancelling', () => {
  it('stops a replay that runs before its next letter, and puts back what that had begun', async () => {
    await recordLetters(cli, [one]);
    const { database, location } = cli;
    const now = () => new Date();
    const start = { operator: 'a', filter: { where: {} }, matched: 1, startedAt: now() };
    const { id } = await openRun(database, { action: 'REPLAY', ...start });
    const letter = await findDeadLetter(database, one.key);
    if (letter === undefined) throw new Error('no letter');
    await runJson('dead', 'cancel', String(id));

    const lane = openReplayLane(location);
    expect(await replayLetter({ database, lane, runId: id, redactText, now }, letter)).toEqual({
      kind: 'stopped',
    });
    await lane.close();
    expect(await cli.jobIds('replay')).toEqual([]);
    expect(await cli.jobIds('dead')).toEqual([one.key]);
    expect(await findDeadLetter(database, one.key)).toMatchObject({ replays: 0 });
  });

  it('takes back what waits of a replay that is done, keeping the attempts it had', async () => {
    await recordLetters(cli, [one, two]);
    const { document } = await runJson('dead', 'replay', '--all');
    const retried = consume(cli, 'replay', async ({ key }, apply) =>
      key === one.key
        ? await apply()
        : { kind: 'failed', failureClass: 'transient', message: 'not yet', stack: undefined },
    );
    const lane = openReplayLane(cli.location);
    await until(async () => {
      const [first, second] = [await lane.find(one.key, 1), await lane.find(two.key, 1)];
      return first.kind === 'finished' && second.kind === 'queued' && second.attempts.length > 0;
    }, soon('one to be applied and one to be tried again'));
    await retried.close();
    await lane.close();

    const cancelled = await runJson('dead', 'cancel', String(document.run.id));
    expect(cancelled.document.counts).toEqual({ withdrawn: 1, 'in-hand': 0, settled: 0 });
    expect(await findDeadLetter(cli.database, one.key)).toMatchObject({ resolution: 'APPLIED' });
    const letter = await findDeadLetter(cli.database, two.key);
    expect(letter).toMatchObject({ resolvedAt: undefined, replayedAt: undefined });
    expect(letter?.history.map(({ replay, message }) => ({ replay, message }))).toEqual([
      { replay: 0, message: expect.stringContaining('refused by the test') },
      { replay: 1, message: 'not yet' },
    ]);
    expect(await cli.jobIds('dead')).toEqual([two.key]);
  });

  it('or resuming a run that does not exist or is done has a result of its own', async () => {
    await recordLetters(cli, [one]);
    expect(await runJson('dead', 'cancel', '4711')).toMatchObject({ code: 1 });
    expect(await runJson('dead', 'resume', '4711')).toMatchObject({ code: 2 });
    const { document } = await runJson('dead', 'discard', one.key);
    const resumed = await runJson('dead', 'resume', String(document.run.id));
    expect(resumed).toMatchObject({ code: 2, document: { error: { code: 'usage' } } });
    expect((await listRuns(cli.database, 9)).map(({ action }) => action)).toEqual(['DISCARD']);
  });
});

describe('a letter that is discarded while its replay waits', () => {
  it('is not applied by that replay', async () => {
    await recordLetters(cli, [one]);
    await runJson('dead', 'replay', one.key);
    await runJson('dead', 'discard', one.key);
    expect(await cli.jobIds('replay')).toEqual([]);
    expect(await findDeadLetter(cli.database, one.key)).toMatchObject({
      resolution: 'DISCARDED',
    });
  });
});
