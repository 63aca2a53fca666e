import { until } from '@sinch-callbacks/dev-env/processes';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { describe, expect, it } from 'vitest';
import { openBoardQueues } from '../../src/index.ts';
import { backendKinds, eventOf, limit, useQueueHarness } from '../queue-harness.ts';

describe.each(backendKinds)('the queues of a board, on %s', (kind) => {
  const harness = useQueueHarness(kind);

  it('answer once their server is up, however long it was down at first', async () => {
    const proxy = harness.closing(await openFaultProxy(harness.location().backend.url, 'cut'));
    const location = { ...harness.location(), backend: { kind, url: proxy.url } };
    const board = harness.closing(openBoardQueues(location, () => undefined));
    let renewed = 0;
    board.onRenewed(() => {
      renewed += 1;
    });
    // Each queue has dropped its first connection.
    await until(() => renewed >= board.queues.length, limit('all to be opened again'));
    await expect(board.queues[0]?.getWaitingCount()).rejects.toThrow();
    await harness.produce(eventOf('one'));
    await proxy.restore();
    await until(
      async () => (await board.queues[0]?.getWaitingCount().catch(() => 0)) === 1,
      limit('an answer'),
    );
  });
});
