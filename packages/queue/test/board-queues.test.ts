import { until } from '@sinch-callbacks/dev-env/processes';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { describe, expect, it } from 'vitest';
import { openBoardQueues } from '../src/index.ts';
import { backendKinds, eventOf, limit, useQueueWorld } from './queue-world.ts';

describe.each(backendKinds)('the queues of a board, on %s', (kind) => {
  const world = useQueueWorld(kind);

  it('answer once their server is there, however long it was away at first', async () => {
    const proxy = world.closing(await openFaultProxy(world.location().backend.url, 'cut'));
    const away = { ...world.location(), backend: { kind, url: proxy.url } };
    const board = world.closing(openBoardQueues(away, () => undefined));
    let renewed = 0;
    board.onRenewed(() => {
      renewed += 1;
    });
    // Each has given up its first connection.
    await until(() => renewed >= board.queues.length, limit('all to be opened again'));
    await expect(board.queues[0]?.getWaitingCount()).rejects.toThrow();
    await world.produce(eventOf('one'));
    await proxy.restore();
    await until(
      async () => (await board.queues[0]?.getWaitingCount().catch(() => 0)) === 1,
      limit('an answer'),
    );
  });
});
