import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { type AnswerCount, openBoardQueues, takeAnswerCounts } from '@sinch-callbacks/queue';
import { createSender } from '@sinch-callbacks/simulator';
import { afterAll, expect, inject, it, onTestFinished } from 'vitest';
import { describeHttpContract } from './contract/http-contract.ts';
import { deployNext } from './servers/deploy-next.ts';

const deployment = await deployNext();
afterAll(() => deployment.remove());

describeHttpContract('Next, as it is deployed,', deployment.start);

it('Next counts what it answers beside the queue, for a worker to show', async () => {
  const backend = { kind: 'redis', url: inject('redisUrl') } as const;
  const prefix = `n${randomUUID().slice(0, 8)}`;
  const ingest = await deployment.start({
    SINCH_WEBHOOK_SECRET: 'counted',
    REDIS_URL: backend.url,
    QUEUE_PREFIX: prefix,
  });
  onTestFinished(async () => void (await ingest.stop()));
  const board = openBoardQueues({ backend, prefix }, () => undefined);
  onTestFinished(async () => await board.close());
  const send = async (secret: string, id: string) =>
    await createSender({ url: ingest.webhookUrl, secret }).send(`{"message":{"id":"${id}"}}`);
  for (const id of ['1', '2', '3']) await send('counted', id);
  await send('forged', '4');
  const taken: AnswerCount[] = [];
  const count = (outcome: string) =>
    taken.filter((one) => one.outcome === outcome).reduce((sum, one) => sum + one.count, 0);
  await until(
    async () => {
      const [live] = board.queues;
      if (live !== undefined) taken.push(...(await takeAnswerCounts(live)));
      return count('accepted') === 3 && count('rejected') === 1;
    },
    { what: 'all of them to be counted', timeoutMs: 30_000 },
  );
  expect(taken.find(({ outcome }) => outcome === 'rejected')).toMatchObject({
    status: 401,
    cause: 'signature-mismatch',
  });
});
