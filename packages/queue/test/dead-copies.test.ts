import { describe, expect, it } from 'vitest';
import { jobDataOf } from '../src/job-contract.ts';
import { trimDeadCopies } from '../src/trim-dead-copies.ts';
import { eventOf, useQueueWorld, worldKinds } from './queue-world.ts';

describe.each(worldKinds)('copies of dead letters on %s', (kind) => {
  const world = useQueueWorld(kind);

  it('are bounded: past the number the oldest go, also when several workers see to it', async () => {
    const dead = world.openDead();
    const add = async (jobId: string) =>
      await dead.add('MESSAGE_INBOUND', jobDataOf(eventOf(jobId), 0), { jobId });
    for (let n = 10; n < 30; n += 1) await add(`dead-${n}`);
    await trimDeadCopies(dead, 20);
    expect(await dead.getWaitingCount()).toBe(20);
    const trims = [dead, world.openDead(), world.openDead()].map((queue) =>
      trimDeadCopies(queue, 5),
    );
    await Promise.allSettled(trims);
    await trimDeadCopies(dead, 5);
    const left = await dead.getJobs(['waiting'], 0, 99, true);
    expect(left.map(({ id }) => id)).toEqual([25, 26, 27, 28, 29].map((n) => `dead-${n}`));
  });
});
