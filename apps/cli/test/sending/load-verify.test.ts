import { until } from '@sinch-callbacks/dev-env/processes';
import { describe, expect, it } from 'vitest';
import { useLoadHarness } from '../harness/load-harness.ts';
import { startSmallIngest } from '../harness/small-ingest.ts';

const { cli, load, work } = useLoadHarness();

describe('what load finds afterwards', () => {
  it('reports what was acknowledged and dropped as lost, by its key, and ends when nothing is coming any more', async () => {
    work();
    const dropped: string[] = [];
    const { url } = await startSmallIngest(cli(), async ({ key }, place) => {
      if (place % 40 !== 20) return 'queue';
      dropped.push(key);
      return 'drop';
    });
    const { code, report } = await load(
      url,
      '--rate 100 --duration 1s --duplicates 0 --drain-timeout 10m',
    );

    expect(dropped.length).toBeGreaterThan(1);
    expect(report).toMatchObject({
      ok: false,
      verified: 'failed',
      lost: dropped.length,
      queued: 0,
    });
    expect(report.lostKeys.toSorted()).toEqual(dropped.toSorted());
    expect(report.applied).toBe(report.acceptedEvents - dropped.length);
    expect(code).toBe(1);
  });

  it('reports an event whose row is gone as lost', async () => {
    work();
    const { prisma } = cli().database;
    const { url } = await startSmallIngest(cli(), async (_, place) => {
      if (place === 49) {
        const gone = await until(() => prisma.callbackEvent.findFirst(), { what: 'a row' });
        await prisma.callbackEvent.deleteMany({ where: { eventDigest: gone.eventDigest } });
      }
      return 'queue';
    });
    const { code, report } = await load(
      url,
      '--rate 50 --duration 1s --duplicates 0 --drain-timeout 5s',
    );

    expect(report).toMatchObject({ ok: false, lost: 1, applied: 49 });
    expect(code).toBe(1);
  });

  it('distinguishes what is still queued from what is lost', async () => {
    const { url } = await startSmallIngest(cli(), async (_, place) =>
      place === 3 ? 'drop' : 'queue',
    );
    const { code, report } = await load(
      url,
      '--rate 50 --duration 1s --duplicates 0 --drain-timeout 300ms',
    );

    expect(report).toMatchObject({ verified: 'failed', applied: 0, queued: 49, lost: 1 });
    expect(code).toBe(1);
    const depths = report.series.map((point: { queueDepth?: number }) => point.queueDepth);
    expect(Math.max(...depths.filter(Number.isFinite))).toBeGreaterThan(10);
  });

  it('counts dead letters, and does not call that a success', async () => {
    let count = 0;
    work(async (_, apply) => {
      count += 1;
      if (count !== 5) return await apply();
      return { kind: 'failed', failureClass: 'permanent', message: 'refused', stack: undefined };
    });
    const { url } = await startSmallIngest(cli());
    const { code, report } = await load(url, '--rate 50 --duration 1s');

    expect(report).toMatchObject({ ok: false, verified: 'failed', dead: 1, lost: 0, queued: 0 });
    expect(code).toBe(1);
  });

  it('reports refusals by status; what Sinch repeats is no failure, what it never does is one', async () => {
    work();
    const refusing = (status: number) =>
      startSmallIngest(cli(), async (_, place) => (place % 10 === 0 ? status : 'queue'));
    const busy = await load((await refusing(503)).url, '--rate 50 --duration 1s');
    expect(busy.report).toMatchObject({ ok: true, accepted: 45, refused: { 503: 5 }, lost: 0 });
    expect(busy.code).toBe(0);

    const wrong = await load((await refusing(401)).url, '--rate 50 --duration 1s');
    expect(wrong.report).toMatchObject({ ok: false, accepted: 45, refused: { 401: 5 }, lost: 0 });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('401: the receiver does not hold the secret');
  });

  it('finds a delivery report that was applied and is missing from its history', async () => {
    work();
    const { prisma } = cli().database;
    const { url } = await startSmallIngest(cli(), async (_, place) => {
      if (place === 99) {
        const gone = await until(() => prisma.messageStatus.findFirst(), { what: 'a report' });
        await prisma.messageStatus.deleteMany({ where: { eventDigest: gone.eventDigest } });
      }
      return 'queue';
    });
    const { code, report } = await load(url, '--rate 100 --duration 1s --duplicates 0');

    expect(report).toMatchObject({
      verified: 'failed',
      withoutStatusRow: 1,
      lost: 0,
      applied: 100,
    });
    expect(code).toBe(1);
  });

  it('reports missing events as unknown while the queue cannot be read', async () => {
    const { url } = await startSmallIngest(cli(), async (_, place) =>
      place < 5 ? 'drop' : 'queue',
    );
    work();
    const env = { ...cli().env, REDIS_URL: 'redis://127.0.0.1:9' };
    const { code, report, stderr } = await load(
      url,
      '--rate 50 --duration 1s --duplicates 0 --drain-timeout 3s',
      env,
    );

    expect(report).toMatchObject({ verified: 'incomplete', applied: 45, unknown: 5, lost: 0 });
    expect(stderr).toContain('it could not be verified');
    expect(code).toBe(3);
  });
});
