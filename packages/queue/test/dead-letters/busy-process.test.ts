import { describe, expect, it } from 'vitest';
import { openReplayLane } from '../../src/index.ts';
import { eventOf, serverKinds, useQueueHarness } from '../queue-harness.ts';

const timeoutMs = 3_000;

/** Keeps the process from reading what has arrived, as loading a large module does. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe.each(serverKinds)('a replay lane on %s', (kind) => {
  const harness = useQueueHarness(kind);

  it('can be used although its process was busy for longer than its limit meanwhile', async () => {
    const lane = harness.closing(openReplayLane(harness.location(), timeoutMs));
    block(1.2 * timeoutMs);
    expect(await lane.hasDead('x')).toBe(false);
    const event = eventOf('one');
    await lane.replay(event, 1);
    expect(await lane.find(event.key, 1)).toMatchObject({ kind: 'queued' });
  });
});
