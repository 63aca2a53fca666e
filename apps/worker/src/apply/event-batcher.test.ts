import { type CallbackEvent, eventKey } from '@sinch-callbacks/core';
import { DatabaseUnavailableError, type EventWriter, type WriteOutcome } from '@sinch-callbacks/db';
import { createOutageTracker } from '@sinch-callbacks/telemetry';
import { expect, it } from 'vitest';
import { createEventBatcher } from './event-batcher.ts';
import { createDatabaseWait } from './wait-for-database.ts';

const ignore = () => undefined;
const quietly = () =>
  createDatabaseWait(
    createOutageTracker({ onLost: ignore, onStillDown: ignore, onRestored: ignore }, () => 0),
  );

function eventOf(id: string, text = JSON.stringify({ message: { id } })): CallbackEvent {
  return {
    key: eventKey('MESSAGE_INBOUND', id, Buffer.from(text)),
    trigger: 'MESSAGE_INBOUND',
    entityId: id,
    rawBody: { encoding: 'utf8', text },
    receivedAt: '2026-01-02T03:04:05.678Z',
    signature: undefined,
  };
}

/**
 * A writer whose writes end when the test says so.
 * @param blocked ids of events that may be blocked.
 */
function openWriter(blocked = new Set<string | undefined>()) {
  const batches: { ids: (string | undefined)[]; end: (outcome: WriteOutcome | Error) => void }[] =
    [];
  const writer: EventWriter = {
    mayBeBlocked: ({ event }) => blocked.has(event.entityId),
    write: async (events, onOutcome) =>
      await new Promise((resolve, reject) => {
        const ids = events.map(({ event }) => event.entityId);
        const end = (outcome: WriteOutcome | Error) => {
          if (outcome instanceof Error) return reject(outcome);
          for (const { event } of events) onOutcome?.(event.key, outcome);
          resolve(events.map(() => outcome));
        };
        batches.push({ ids, end });
      }),
  };
  return { writer, batches };
}

const turn = async () => {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
};

it('writes a lone event at once, and together what gathers meanwhile', async () => {
  const { writer, batches } = openWriter();
  const batcher = createEventBatcher(writer, quietly(), 4);
  const outcomes = [batcher.apply(eventOf('1'), 1)];
  await turn();
  outcomes.push(...['2', '3'].map(async (id) => await batcher.apply(eventOf(id), 1)));
  await turn();
  expect(batches.map(({ ids }) => ids)).toEqual([['1']]);
  for (let n = 0; n < 2; n += 1) {
    batches[n]?.end({ kind: 'applied' });
    await turn();
  }
  expect(batches.map(({ ids }) => ids)).toEqual([['1'], ['2', '3']]);
  expect(await Promise.all(outcomes)).toEqual(Array(3).fill({ kind: 'applied' }));
});

it('a full batch does not wait for the one before it, and a third one does', async () => {
  const { writer, batches } = openWriter();
  const batcher = createEventBatcher(writer, quietly(), 2);
  const outcomes = [batcher.apply(eventOf('1'), 1)];
  await turn();
  const gathering = ['2', '3', '4', '5', '6'].map(
    async (id) => await batcher.apply(eventOf(id), 1),
  );
  outcomes.push(...gathering);
  await turn();
  expect(batches.map(({ ids }) => ids)).toEqual([['1'], ['2', '3']]);
  batches[0]?.end({ kind: 'applied' });
  await turn();
  expect(batches.map(({ ids }) => ids)).toEqual([['1'], ['2', '3'], ['4', '5']]);
  // The rest is no full batch, so it keeps gathering until no other write is in progress.
  batches[1]?.end({ kind: 'applied' });
  await turn();
  expect(batches).toHaveLength(3);
  batches[2]?.end({ kind: 'applied' });
  await turn();
  expect(batches.map(({ ids }) => ids).at(-1)).toEqual(['6']);
  batches[3]?.end({ kind: 'applied' });
  expect(await Promise.all(outcomes)).toEqual(Array(6).fill({ kind: 'applied' }));
});

it('writes no more text at once than fits in memory several times over', async () => {
  const { writer, batches } = openWriter();
  const batcher = createEventBatcher(writer, quietly(), 100);
  const large = JSON.stringify({ message: { id: 'large', text: 'x'.repeat(3 * 1024 * 1024) } });
  const outcomes = ['1', '2', '3'].map(
    async (id) => await batcher.apply(eventOf(id, large + ' '.repeat(Number(id))), 1),
  );
  for (let n = 0; n < 3; n += 1) {
    await turn();
    batches[n]?.end({ kind: 'applied' });
  }
  expect(await Promise.all(outcomes)).toEqual(Array(3).fill({ kind: 'applied' }));
  expect(batches.map(({ ids }) => ids)).toEqual([['1'], ['2'], ['3']]);
});

it('settles an event as soon as it is written, before the rest of its batch', async () => {
  const released = Promise.withResolvers<void>();
  const writer: EventWriter = {
    mayBeBlocked: () => false,
    async write(events, onOutcome) {
      onOutcome?.(events[0]?.event.key ?? '', { kind: 'applied' });
      await released.promise;
      for (const { event } of events.slice(1)) onOutcome?.(event.key, { kind: 'applied' });
      return events.map(() => ({ kind: 'applied' }));
    },
  };
  const batcher = createEventBatcher(writer, quietly(), 100);
  const [first, second] = ['1', '2'].map(async (id) => await batcher.apply(eventOf(id), 1));
  expect(await first).toEqual({ kind: 'applied' });
  released.resolve();
  expect(await second).toEqual({ kind: 'applied' });
});

it('sets aside what may be blocked, a bounded number, and writes the others meanwhile', async () => {
  const { writer, batches } = openWriter(new Set(['locked']));
  const batcher = createEventBatcher(writer, quietly(), 500);
  const locked = Array.from({ length: 102 }, (_, n) =>
    eventOf('locked', JSON.stringify({ message: { id: 'locked' }, n })),
  );
  const [first, ...more] = locked.map(async (event) => await batcher.apply(event, 1));
  await turn();
  await turn();
  // One batch had the first hundred; the rest goes back to its queue untried.
  expect(batches.map(({ ids }) => ids)).toEqual([Array(100).fill('locked')]);
  const others = ['1', '2'].map(async (id) => await batcher.apply(eventOf(id), 1));
  await turn();
  batches[1]?.end({ kind: 'applied' });
  expect(await Promise.all(others)).toEqual(Array(2).fill({ kind: 'applied' }));
  expect(batches[1]?.ids).toEqual(['1', '2']);
  const untried = { kind: 'failed', failureClass: 'blocked' };
  expect(await Promise.all(more.slice(-2))).toMatchObject([untried, untried]);
  batches[0]?.end({ kind: 'applied' });
  expect(await first).toEqual({ kind: 'applied' });
});

it('a write that takes long does not hold up the next', async () => {
  const { writer, batches } = openWriter();
  const batcher = createEventBatcher(writer, quietly(), 500);
  void batcher.apply(eventOf('slow'), 1);
  await turn();
  const next = batcher.apply(eventOf('next'), 1);
  await expect.poll(() => batches.length, { timeout: 10_000 }).toBe(2);
  batches[1]?.end({ kind: 'applied' });
  expect(await next).toEqual({ kind: 'applied' });
});

it('refuses an event that cannot be applied, without a call of the database', async () => {
  const { writer, batches } = openWriter();
  const batcher = createEventBatcher(writer, quietly(), 3);
  expect(await batcher.apply(eventOf('1', '{'), 1)).toMatchObject({
    kind: 'failed',
    failureClass: 'permanent',
    message: 'the body is not JSON',
  });
  await turn();
  expect(batches).toEqual([]);
});

it('fails the events of a write that broke in an unforeseen way, as worth another try', async () => {
  const { writer, batches } = openWriter();
  const batcher = createEventBatcher(writer, quietly(), 3);
  const outcome = batcher.apply(eventOf('1'), 1);
  await turn();
  batches[0]?.end(new TypeError('a bug'));
  expect(await outcome).toMatchObject({ kind: 'failed', failureClass: 'transient' });
});

it('writes again when the database was down, reports it once, and loses nothing', async () => {
  const { writer, batches } = openWriter();
  const reported: string[] = [];
  const lines = {
    onLost: () => reported.push('lost'),
    onStillDown: ignore,
    onRestored: () => reported.push('restored'),
  };
  const wait = createDatabaseWait(createOutageTracker(lines, () => 0));
  const batcher = createEventBatcher(writer, wait, 3);
  const outcome = batcher.apply(eventOf('1'), 1);
  for (let n = 0; n < 2; n += 1) {
    await expect.poll(() => batches.length).toBe(n + 1);
    batches[n]?.end(new DatabaseUnavailableError(new Error('down')));
  }
  await expect.poll(() => batches.length).toBe(3);
  expect(wait.downMs()).toBe(0);
  batches[2]?.end({ kind: 'applied' });
  expect(await outcome).toEqual({ kind: 'applied' });
  await expect.poll(() => reported).toEqual(['lost', 'restored']);
  expect(wait.downMs()).toBeUndefined();
});

it('returns every event that is not known to be applied when it stops', async () => {
  const { writer } = openWriter();
  const wait = quietly();
  const batcher = createEventBatcher(writer, wait, 1);
  const outcomes = ['1', '2'].map(async (id) => await batcher.apply(eventOf(id), 1));
  await turn();
  wait.stop();
  batcher.stop();
  expect(await Promise.all(outcomes)).toEqual([{ kind: 'returned' }, { kind: 'returned' }]);
  expect(await batcher.apply(eventOf('3'), 1)).toEqual({ kind: 'returned' });
});
