import { countDeadLetters } from '@sinch-callbacks/db';
import { until } from '@sinch-callbacks/dev-env/processes';
import { askRedis, type RedisServer, startRedis } from '@sinch-callbacks/dev-env/servers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CliHarness, callbacksHere, openCliHarness } from '../harness/cli-harness.ts';
import { consume, insertLetters, recordLetters, reportOf } from '../harness/letters.ts';

/** A Redis of its own, since everything in it is going to be flushed. */
let redis: RedisServer;
let cli: CliHarness;

beforeEach(async () => {
  const started = await startRedis({ sources: ['binary', 'container', 'debian'] });
  if (started.kind === 'unavailable') throw new Error(started.message);
  redis = started;
  cli = await openCliHarness('redis', redis.url);
});

afterEach(async () => {
  await cli.close();
  await redis.close();
});

const requeue = async (...args: string[]) =>
  (await cli.runJson('requeue', '--from-db', ...args)).document;
const soon = (what: string) => ({ what, timeoutMs: 200_000, intervalMs: 50 });

it('Redis flushed in the middle of a replay: what Postgres holds is put back and finished', {
  timeout: 240_000,
}, async () => {
  const many = 60;
  await insertLetters(cli, many);
  const stays = reportOf('01STAYS');
  await recordLetters(cli, [stays]);
  await cli.runJson('dead', 'replay', '--error-class', 'permanent', '--until', '0s');
  const tries = new Map<string, number>();
  const worker = consume(cli, 'replay', async ({ key }, apply) => {
    if (key === stays.key) {
      return { kind: 'failed', failureClass: 'permanent', message: 'still', stack: undefined };
    }
    tries.set(key, (tries.get(key) ?? 0) + 1);
    return await apply();
  });
  const open = async () => await countDeadLetters(cli.database, {});
  await until(async () => (await open()) <= many - 5, soon('some to be applied'));
  await askRedis(redis.url, 'FLUSHALL');
  await worker.close();
  const left = await open();
  expect(left).toBeGreaterThan(1);

  const dry = await requeue('--dry-run');
  expect(dry.replays.requeued + dry.copies.restored).toBe(left);
  expect(await cli.jobIds('replay')).toEqual([]);
  expect(await requeue()).toEqual({ ...dry, dryRun: false });
  const again = await requeue();
  expect(again).toMatchObject({ replays: { requeued: 0 }, copies: { restored: 0 } });

  const next = consume(cli, 'replay', async (event, apply) =>
    event.key === stays.key
      ? { kind: 'failed', failureClass: 'permanent', message: 'still', stack: undefined }
      : await apply(),
  );
  await until(
    async () => (await open()) === 1 && (await cli.jobIds('dead')).length === 1,
    soon('the rest to be applied'),
  );
  await next.close();
  expect(await cli.database.prisma.messageStatus.count()).toBe(many);
  expect(await cli.jobIds('dead')).toEqual([stays.key]);
});

it('where nothing was flushed, it changes nothing', async () => {
  const [replayed, dead] = [reportOf('01REPLAYED'), reportOf('01DEAD')];
  await recordLetters(cli, [replayed, dead]);
  await cli.runJson('dead', 'replay', replayed.key);
  const before = [await cli.jobIds('replay'), await cli.jobIds('dead')];
  expect(before).toEqual([[`${replayed.key}.r1`], [dead.key]]);
  expect(await requeue()).toMatchObject({
    replays: { requeued: 0, there: 1 },
    copies: { restored: 0, there: 1 },
  });
  expect([await cli.jobIds('replay'), await cli.jobIds('dead')]).toEqual(before);
});

it('says that callbacks which were in Redis alone cannot be had from Postgres', async () => {
  const { stderr } = await callbacksHere(['requeue', '--from-db', '--no-stack'], cli.env);
  expect(stderr).toContain('in Redis alone cannot be had from here');
  const { stdout } = await callbacksHere(['requeue', '--help'], cli.env);
  expect(stdout).toContain('answered 200 and not applied yet');
});
