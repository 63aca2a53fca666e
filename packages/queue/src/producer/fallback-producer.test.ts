import type { CallbackEvent } from '@sinch-callbacks/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withFallback } from './fallback-producer.ts';
import type { CallbackProducer, EnqueueOutcome } from './producer.ts';

const queued: EnqueueOutcome = { kind: 'queued' };
const unavailable: EnqueueOutcome = { kind: 'unavailable', reason: 'ECONNREFUSED' };
const event: CallbackEvent = {
  key: 'k',
  trigger: 'MESSAGE_INBOUND',
  entityId: undefined,
  rawBody: { encoding: 'utf8', text: '{}' },
  receivedAt: '2026-01-02T03:04:05.678Z',
  signature: undefined,
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A producer with a given answer, which counts its calls. */
function scripted(answer: EnqueueOutcome) {
  const state = {
    answer: async () => await Promise.resolve(answer),
    asked: 0,
    isNearlyFull: false,
  };
  const producer: CallbackProducer = {
    async enqueue() {
      state.asked += 1;
      return await state.answer();
    },
    isReachable: async () => (await state.answer()).kind === 'queued',
    isNearlyFull: () => state.isNearlyFull,
    addAnswerCounts: async () => undefined,
    close: async () => undefined,
  };
  const become = (next: EnqueueOutcome) =>
    void (state.answer = async () => await Promise.resolve(next));
  return { state, producer, become };
}

function open(main: EnqueueOutcome, fallback: EnqueueOutcome) {
  const turns: string[] = [];
  const [first, second] = [scripted(main), scripted(fallback)];
  const producer = withFallback(first.producer, second.producer, {
    onTurned: (reason) => turns.push(reason),
    onReturned: () => turns.push('returned'),
  });
  const enqueue = async (times = 1) => {
    const outcomes: string[] = [];
    for (let n = 0; n < times; n += 1) outcomes.push((await producer.enqueue(event)).kind);
    return new Set(outcomes);
  };
  return { main: first, fallback: second, enqueue, turns, producer };
}

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

it('spares main after three failures in a row, and not after more that are none', async () => {
  const { main, enqueue } = open(queued, queued);
  for (let n = 0; n < 4; n += 1) {
    main.become(unavailable);
    await enqueue(2);
    main.become(queued);
    await enqueue(5);
  }
  const asked = main.state.asked;
  expect(asked).toBe(4 * 7);
  main.become(unavailable);
  await enqueue(10);
  expect(main.state.asked).toBe(asked + 3);
});

it('spares the main queue after three failures in a row, and tries it every two seconds', async () => {
  const { main, fallback, enqueue } = open(unavailable, queued);
  expect(await enqueue(10)).toEqual(new Set(['queued']));
  expect([main.state.asked, fallback.state.asked]).toEqual([3, 10]);
  later(2_000);
  await enqueue(10);
  expect(main.state.asked).toBe(4);
});

it('while one event tries the main queue, the others do not wait for what comes of it', async () => {
  const { main, enqueue, producer } = open(unavailable, queued);
  await enqueue(3);
  later(2_000);
  const probe = Promise.withResolvers<EnqueueOutcome>();
  main.state.answer = async () => await probe.promise;
  const trying = producer.enqueue(event);
  expect(await enqueue(50)).toEqual(new Set(['queued']));
  expect(main.state.asked).toBe(4);
  probe.resolve(queued);
  expect(await trying).toEqual(queued);
  await enqueue();
  expect(main.state.asked).toBe(5);
});

it('tries the main queue in any case when the fallback is down too, and goes on with it', async () => {
  const { main, fallback, enqueue } = open(unavailable, queued);
  await enqueue(3);
  main.become(queued);
  fallback.become(unavailable);
  expect(await enqueue()).toEqual(new Set(['queued']));
  const asked = fallback.state.asked;
  expect(await enqueue(5)).toEqual(new Set(['queued']));
  expect(fallback.state.asked).toBe(asked);
});

it('is unavailable when both are down, and asks each once', async () => {
  const { main, fallback, enqueue } = open(unavailable, unavailable);
  expect(await enqueue(5)).toEqual(new Set(['unavailable']));
  expect([main.state.asked, fallback.state.asked]).toEqual([5, 5]);
});

it('spares a main queue that is nearly full, unless the fallback fails too', async () => {
  const { main, fallback, enqueue } = open(queued, queued);
  main.state.isNearlyFull = true;
  expect(await enqueue(5)).toEqual(new Set(['queued']));
  expect([main.state.asked, fallback.state.asked]).toEqual([0, 5]);
  fallback.become(unavailable);
  expect(await enqueue(5)).toEqual(new Set(['queued']));
  expect(main.state.asked).toBe(5);
});

it('reports once that it uses the fallback and why, and once that it uses the main queue again', async () => {
  const { main, enqueue, turns } = open(unavailable, queued);
  await enqueue(5);
  main.become(queued);
  later(2_000);
  await enqueue(5);
  main.state.isNearlyFull = true;
  await enqueue(5);
  expect(turns).toEqual(['ECONNREFUSED', 'returned', 'nearly-full']);
});
