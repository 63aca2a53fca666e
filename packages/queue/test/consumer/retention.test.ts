import { until } from '@sinch-callbacks/dev-env/processes';
import { Redis } from 'ioredis';
import { expect, inject, it } from 'vitest';
import { jobDataOf, jobIdOf } from '../../src/contract/job-contract.ts';
import { retryOptions } from '../../src/contract/retry-policy.ts';
import { openConsumer } from '../../src/index.ts';
import { done, eventOf, limit, useQueueHarness } from '../queue-harness.ts';

const harness = useQueueHarness('redis');
const chunk = 500;

it('what Redis holds of drained events does not grow with their number', async () => {
  const { prefix = '' } = harness.location();
  const redis = new Redis(inject('redisUrl'));
  const live = harness.openLive();
  const steps = { recordLetter: async () => await Promise.resolve('recorded' as const) };
  const consumer = harness.closing(
    openConsumer({
      ...harness.location(),
      ...steps,
      lane: 'live',
      concurrency: 100,
      handle: async () => await Promise.resolve(done()),
      report: () => undefined,
      now: () => new Date(),
      onConnectionError: () => undefined,
    }),
  );
  await consumer.start();

  async function drain(upTo: number): Promise<void> {
    for (let n = consumer.finishedJobs(); n < upTo; n += chunk) {
      const jobs = Array.from({ length: Math.min(chunk, upTo - n) }, () => {
        const event = eventOf('Is my order on its way?'.repeat(10));
        const opts = { ...retryOptions(), jobId: jobIdOf(event.key, 0) };
        return { name: event.trigger, data: jobDataOf(event, 0), opts };
      });
      await live.addBulk(jobs);
    }
    await until(() => consumer.finishedJobs() >= upTo, limit(`${upTo} finished events`));
  }

  async function held(): Promise<{ keys: number; bytes: number }> {
    const keys = await redis.keys(`{${prefix}}:*`);
    const pipeline = redis.pipeline();
    for (const key of keys) pipeline.memory('USAGE', key, 'SAMPLES', 0);
    const sizes = (await pipeline.exec()) ?? [];
    return { keys: keys.length, bytes: sizes.reduce((sum, [, size]) => sum + Number(size), 0) };
  }

  try {
    await drain(3_000);
    const first = await held();
    await drain(9_000);
    const last = await held();
    expect(last.keys).toBeLessThan(first.keys * 1.1);
    expect(last.bytes).toBeLessThan(first.bytes * 1.1);
    // The last 2,000 jobs are kept, and a thousand entries about their results.
    expect(last.keys).toBeGreaterThan(2_000);
    expect(await redis.xlen(`{${prefix}}:${live.name}:events`)).toBeLessThan(1_200);
  } finally {
    redis.disconnect();
  }
}, 120_000);
