import type { TaskStock } from '@sinch-callbacks/handlers';
import { expect, it } from 'vitest';
import { type HandlerFacts, judgeHandlers } from './judge-handlers.ts';

const hourMs = 3_600_000;
const well: HandlerFacts = { name: 'well', state: 'ACTIVE', isKnown: true };
const stock = (handler: string, dead: number, oldestWaitingMs?: number): TaskStock => ({
  handler,
  states: { waiting: 1, retrying: 0, dead },
  oldestWaitingMs,
});

it('says nothing where there is no handler', () => {
  expect(judgeHandlers([], [])).toEqual([]);
});

it('is well when each handler runs, none of its tasks is dead, and none waits for long', () => {
  const checks = judgeHandlers([well], [stock('well', 0, hourMs - 1)]);
  expect(checks).toMatchObject([{ status: 'ok', name: 'handlers' }]);
});

it('reports paused handlers beside those that no process has', () => {
  const gone: HandlerFacts = { name: 'gone', state: 'ACTIVE', isKnown: false };
  const paused: HandlerFacts = { name: 'paused', state: 'PAUSED', isKnown: true };
  expect(judgeHandlers([well, gone, paused], [])).toMatchObject([
    { status: 'warning', message: 'no process has gone: their tasks wait' },
    { status: 'warning', message: 'paused paused' },
  ]);
});

it('warns of dead tasks and of tasks that have waited for an hour', () => {
  const checks = judgeHandlers([well], [stock('well', 10_000, hourMs)]);
  expect(checks).toMatchObject([
    { status: 'ok' },
    { status: 'warning', name: 'dead tasks', message: 'well 10000' },
    { status: 'warning', name: 'waiting tasks', message: 'the oldest wait: well for 1h' },
  ]);
});

it('says nothing of the age of tasks whose handler does not run', () => {
  const retired: HandlerFacts = { name: 'old', state: 'RETIRED', isKnown: false };
  expect(judgeHandlers([retired], [stock('old', 0, 9 * hourMs)])).toEqual([]);
});
