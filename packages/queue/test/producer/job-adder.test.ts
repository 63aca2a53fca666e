import { describe, expect, it } from 'vitest';
import { jobDataOf } from '../../src/contract/job-contract.ts';
import { retryOptions } from '../../src/contract/retry-policy.ts';
import { jobAdder } from '../../src/producer/producer.ts';
import { backendKinds, eventOf, useQueueHarness } from '../queue-harness.ts';

describe.each(backendKinds)('a job on %s', (kind) => {
  const harness = useQueueHarness(kind);
  const options = retryOptions();
  const data = jobDataOf(eventOf('Grüße'), 0);

  it('is the same as one that BullMQ adds itself, except for the id among the options', async () => {
    const queue = harness.openLive();
    const addJob = jobAdder(options);
    await addJob(queue, 'MESSAGE_DELIVERY', data, 'first');
    await addJob(queue, 'MESSAGE_INBOUND', data, 'ours');
    await queue.add('MESSAGE_INBOUND', data, { ...options, jobId: 'theirs' });
    const [ours, theirs] = await Promise.all([queue.getJob('ours'), queue.getJob('theirs')]);
    const { jobId: _, ...opts } = theirs?.opts ?? {};
    const timestamp: unknown = expect.closeTo(theirs?.timestamp ?? 0, -5);
    expect(ours?.asJSON()).toEqual({ ...theirs?.asJSON(), id: 'ours', timestamp, opts });
    expect(await queue.getWaitingCount()).toBe(3);
  });

  it('is not added again under an id that the queue holds', async () => {
    const queue = harness.openLive();
    const addJob = jobAdder(options);
    await addJob(queue, 'MESSAGE_INBOUND', data, 'same');
    await addJob(queue, 'MESSAGE_INBOUND', { ...data, replay: 1 }, 'same');
    await queue.add('MESSAGE_INBOUND', { ...data, replay: 2 }, { ...options, jobId: 'same' });
    expect((await queue.getJobs(['waiting'])).map((job) => job.data.replay)).toEqual([0]);
  });
});
