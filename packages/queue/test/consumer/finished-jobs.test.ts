import { until } from '@sinch-callbacks/dev-env/processes';
import { describe, expect, it } from 'vitest';
import { readJobData } from '../../src/contract/job-contract.ts';
import type { HandleOutcome } from '../../src/index.ts';
import { done, eventOf, failed, limit, serverKinds, useQueueHarness } from '../queue-harness.ts';

const secret = 'what a person wrote';

describe.each(serverKinds)('finished jobs on %s', (kind) => {
  const harness = useQueueHarness(kind);

  async function finish(answer: (attempt: number) => HandleOutcome, cause = ''): Promise<string> {
    const event = eventOf(`${secret} ${cause}`);
    const queue = harness.openLive(event);
    await harness.produce(event);
    const redactText = (text: string) => text.replaceAll(secret, '…');
    await harness.consume((_, attempt) => answer(attempt), { redactText });
    await until(
      async () => (await queue.getJobState(event.key)) === 'completed',
      limit('a finished job'),
    );
    const job = await queue.getJob(event.key);
    expect(readJobData(job?.data)).toEqual({ kind: 'finished' });
    return JSON.stringify(job);
  }

  it('hold no body once their event is applied, nor what its attempts failed of', async () => {
    const quoting = { ...failed('transient'), message: secret } as const;
    const held = await finish((attempt) => (attempt === 1 ? quoting : done()));
    expect(held).not.toContain(secret);
  });

  it('hold no body once their dead letter is recorded, nor does its copy quote it', async () => {
    const quoting = { ...failed('permanent'), message: `no: ${secret}` } as const;
    expect(await finish(() => quoting, 'dead')).not.toContain(secret);
    const copies = await harness.openDead().getJobs(['waiting']);
    expect(copies).toMatchObject([
      { data: { message: 'no: …', attempts: [{ message: 'no: …' }], cause: 'permanent' } },
    ]);
    expect(JSON.stringify(copies)).not.toContain(secret);
  });

  it('are the guard against doubles all the same', async () => {
    const event = eventOf('twice');
    await harness.produce(event);
    const { consumer, handled } = await harness.consume(done);
    await until(() => consumer.finishedJobs() === 1, limit('the first'));
    const queue = harness.openLive(event);
    await until(
      async () => (await queue.getJobState(event.key)) === 'completed',
      limit('a finished job'),
    );
    await harness.produce(event, eventOf('another'));
    await until(() => consumer.finishedJobs() === 2, limit('the other'));
    expect(handled).toHaveLength(2);
  });

  it('that an operator puts back are finished at once, and nothing is applied', async () => {
    const event = eventOf('back');
    const queue = harness.openLive(event);
    await harness.produce(event);
    const { consumer, handled } = await harness.consume(done);
    const isFinished = async () => (await queue.getJobState(event.key)) === 'completed';
    await until(isFinished, limit('a finished job'));
    await (await queue.getJob(event.key))?.retry('completed');
    await until(() => consumer.finishedJobs() === 2, limit('it to be taken again'));
    await until(isFinished, limit('it to be finished again'));
    expect(handled).toHaveLength(1);
  });

  it('go when they are old, also when nothing else finishes', async () => {
    const event = eventOf('old');
    const queue = harness.openLive(event);
    await harness.produce(event);
    const timings = { keepFinishedMs: 1, quarantineIntervalMs: 20 };
    const { consumer } = await harness.consume(done, { timings });
    await until(() => consumer.finishedJobs() === 1, limit('a finished job'));
    await until(async () => (await queue.getJob(event.key)) === undefined, limit('it to go'));
  });
});
