import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import {
  createDatabase,
  type FaultProxy,
  openFaultProxy,
  type TestDatabase,
} from '@sinch-callbacks/dev-env/servers';
import {
  migrateQueue,
  openBoardQueues,
  openRejectedStore,
  type QueueLocation,
} from '@sinch-callbacks/queue';
import { createSender } from '@sinch-callbacks/simulator';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Deployment, deployNext } from './servers/deploy-next.ts';
import type { StartedIngest } from './servers/start-ingest.ts';

const secret = 'current-secret';
const prefix = `i${randomUUID().slice(0, 8)}`;

describe('with both REDIS_URL and DATABASE_URL', () => {
  let deployment: Deployment;
  let database: TestDatabase;
  let redis: FaultProxy;
  let ingest: StartedIngest | undefined;
  let onRedis: QueueLocation;
  let onPostgres: QueueLocation;

  beforeAll(async () => {
    deployment = await deployNext();
    database = await createDatabase(inject('postgresUrl'));
    redis = await openFaultProxy(inject('redisUrl'));
    onRedis = { backend: { kind: 'redis', url: inject('redisUrl') }, prefix };
    onPostgres = { backend: { kind: 'postgres', url: database.url }, prefix };
    await migrateQueue(onPostgres);
    ingest = await deployment.start({
      SINCH_WEBHOOK_SECRET: secret,
      REDIS_URL: redis.url,
      DATABASE_URL: database.url,
      QUEUE_PREFIX: prefix,
    });
  });

  afterAll(async () => {
    await ingest?.stop();
    await redis.close();
    await database.drop();
    await deployment.remove();
  });

  it('every callback gets 200 while Redis is down, a rejected one is kept, and Redis is used again when it is back', async () => {
    const { webhookUrl = '', healthUrl = '' } = ingest ?? {};
    const sender = createSender({ url: webhookUrl, secret });
    const send = async (id: string) => (await sender.send(`{"app_id":"${id}"}`)).status;
    expect(await send('before')).toBe(200);
    expect(await waiting(onRedis)).toBe(1);

    await redis.cut();
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => await send(`down ${index}`)),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await waiting(onPostgres)).toBe(50);
    expect((await fetch(healthUrl)).status).toBe(200);

    const forged = await sender.send('{}', { secret: 'forged' });
    expect(forged.status).toBe(401);
    const kept = openRejectedStore(onPostgres, { timeoutMs: 10_000 });
    expect(await kept.list({ limit: 9 })).toMatchObject([{ cause: 'signature-mismatch' }]);
    await kept.close();

    await redis.restore();
    let sent = 0;
    await until(
      async () => {
        sent += 1;
        expect(await send(`back ${sent}`)).toBe(200);
        return (await waiting(onRedis)) > 1;
      },
      { what: 'Redis to be used again', timeoutMs: 20_000, intervalMs: 100 },
    );
  });
});

async function waiting(location: QueueLocation): Promise<number> {
  const board = openBoardQueues(location, () => undefined);
  try {
    return (await board.queues[0]?.getWaitingCount()) ?? 0;
  } finally {
    await board.close();
  }
}
