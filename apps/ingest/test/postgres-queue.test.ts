import { createDatabase, type TestDatabase } from '@sinch-callbacks/dev-env/servers';
import { migrateQueue, openRejectedStore } from '@sinch-callbacks/queue';
import { createSender } from '@sinch-callbacks/simulator';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Deployment, deployNext } from './servers/deploy-next.ts';
import type { StartedIngest } from './servers/start-ingest.ts';

const secret = 'current-secret';

describe('where there is no Redis', () => {
  let deployment: Deployment;
  let database: TestDatabase;
  let ingest: StartedIngest | undefined;

  beforeAll(async () => {
    deployment = await deployNext();
    database = await createDatabase(inject('postgresUrl'));
    ingest = await deployment.start({ SINCH_WEBHOOK_SECRET: secret, DATABASE_URL: database.url });
  });
  afterAll(async () => {
    await ingest?.stop();
    await database.drop();
    await deployment.remove();
  });

  it('a callback gets 503 until the queue was prepared in Postgres, and 200 from then on; a rejected one 401, and is kept then', async () => {
    const { webhookUrl = '', healthUrl = '' } = ingest ?? {};
    const sender = createSender({ url: webhookUrl, secret });
    expect((await sender.send('{"app_id":"A"}')).status).toBe(503);
    expect((await fetch(healthUrl)).status).toBe(503);

    const forge = async () => (await sender.send('{"app_id":"A"}', { secret: 'forged' })).status;
    expect(await forge()).toBe(401);

    const location = { backend: { kind: 'postgres', url: database.url } } as const;
    await migrateQueue(location);
    expect((await sender.send('{"app_id":"A"}')).status).toBe(200);
    expect((await sender.send('{"app_id":"A"}')).status).toBe(200);
    expect((await fetch(healthUrl)).status).toBe(200);

    expect(await forge()).toBe(401);
    const store = openRejectedStore(location);
    expect(await store.list({ limit: 10 })).toMatchObject([{ cause: 'signature-mismatch' }]);
    await store.close();
  });
});
