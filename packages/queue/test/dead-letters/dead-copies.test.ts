import { randomUUID } from 'node:crypto';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { describe, expect, inject, it } from 'vitest';
import { type JobQueue, openQueue } from '../../src/connection/queue-backend.ts';
import { jobDataOf } from '../../src/contract/job-contract.ts';
import { moveDeadCopies, trimDeadCopies } from '../../src/dead-letters/dead-copies.ts';
import { queueNames } from '../../src/index.ts';
import { eventOf, serverKinds, useQueueHarness } from '../queue-harness.ts';

describe.each(serverKinds)('copies of dead letters on %s', (kind) => {
  const harness = useQueueHarness(kind);

  it('are bounded: the oldest above the limit are removed, also by several workers at once', async () => {
    const dead = harness.openDead();
    const add = async (jobId: string) =>
      await dead.add('MESSAGE_INBOUND', jobDataOf(eventOf(jobId), 0), { jobId });
    for (let n = 10; n < 30; n += 1) await add(`dead-${n}`);
    await trimDeadCopies(dead, 20);
    expect(await dead.getWaitingCount()).toBe(20);
    const trims = [dead, harness.openDead(), harness.openDead()].map((queue) =>
      trimDeadCopies(queue, 5),
    );
    await Promise.all(trims);
    const left = await dead.getJobs(['waiting'], 0, 99, true);
    expect(left.map(({ id }) => id)).toEqual([25, 26, 27, 28, 29].map((n) => `dead-${n}`));
  });

  it('move to the queue that is shown, unless their letter is settled, then or meanwhile', async () => {
    const [hidden, shown] = [harness.openDead(), openTarget()];
    for (let n = 0; n < 250; n += 1) {
      const jobId = `dead-${n}`;
      await hidden.add('MESSAGE_INBOUND', jobDataOf(eventOf(jobId), 0), { jobId });
    }
    const settled = new Set(['dead-7']);
    const isOpen = async (key: string) => {
      const wasOpen = !settled.has(key);
      // Settled right after the first look.
      if (key === 'dead-8') settled.add(key);
      return await Promise.resolve(wasOpen);
    };
    await moveDeadCopies(hidden, { queue: () => shown, isOpen });
    expect(await hidden.getWaitingCount()).toBe(0);
    const seen = (await shown.getJobs(['waiting'], 0, 999)).map(({ id }) => id);
    expect(seen).toHaveLength(248);
    expect(seen).not.toContain('dead-7');
    expect(seen).not.toContain('dead-8');
  });

  it('stay where they are while the queue that is shown is down, and then move', async () => {
    const [hidden, shown] = [harness.openDead(), openTarget()];
    await hidden.add('MESSAGE_INBOUND', jobDataOf(eventOf('one'), 0), { jobId: 'one' });
    const refused = async () => await Promise.reject(new Error('down'));
    const unavailable = { add: refused, remove: refused };
    const isOpen = async () => await Promise.resolve(true);
    await moveDeadCopies(hidden, { queue: () => unavailable, isOpen });
    await moveDeadCopies(hidden, { queue: () => shown, isOpen: refused });
    expect([await hidden.getWaitingCount(), await shown.getWaitingCount()]).toEqual([1, 0]);
    await moveDeadCopies(hidden, { queue: () => shown, isOpen });
    expect([await hidden.getWaitingCount(), await shown.getWaitingCount()]).toEqual([0, 1]);
  });

  /** Opens a queue on the test's Redis, with a prefix of its own. */
  function openTarget(): JobQueue {
    const backend = { kind: 'redis', url: inject('redisUrl') } as const;
    const prefix = `s${randomUUID().slice(0, 8)}`;
    const location = { backend, prefix };
    return harness.closing(openQueue(location, queueNames.dead, { kind: 'wait' }, () => undefined));
  }
});
