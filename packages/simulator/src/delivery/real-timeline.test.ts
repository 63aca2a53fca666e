import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRealTimeline } from './real-timeline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('time passes faster by the compression', () => {
  const timeline = createRealTimeline({ compress: 1_000 });
  const ran: string[] = [];
  timeline.at(60_000, () => void ran.push('a minute'));
  timeline.at(5_000, () => void ran.push('five seconds'));

  vi.advanceTimersByTime(10);
  expect(ran).toEqual(['five seconds']);
  vi.advanceTimersByTime(50);
  expect(ran).toEqual(['five seconds', 'a minute']);
  expect(timeline.nowMs()).toBe(60_000);
});

test('a task may add others, for now and for later', () => {
  const timeline = createRealTimeline({ compress: 1 });
  const ran: number[] = [];
  timeline.at(10, () => {
    timeline.at(0, () => void ran.push(timeline.nowMs()));
    timeline.at(30, () => void ran.push(timeline.nowMs()));
  });

  vi.advanceTimersByTime(100);
  expect(ran[0]).toBeLessThanOrEqual(12);
  expect(ran[1]).toBe(30);
});

test('waits longer than a timer can', () => {
  const timeline = createRealTimeline({ compress: 1 });
  let hasRun = false;
  const monthMs = 31 * 24 * 3_600_000;
  timeline.at(monthMs, () => {
    hasRun = true;
  });

  vi.advanceTimersByTime(monthMs - 1);
  expect(hasRun).toBe(false);
  vi.advanceTimersByTime(1);
  expect(hasRun).toBe(true);
});

test('after stop nothing runs, and no timer is left', () => {
  const timeline = createRealTimeline({ compress: 1 });
  let hasRun = false;
  const run = () => {
    hasRun = true;
  };
  timeline.at(10, run);
  timeline.stop();
  timeline.at(20, run);

  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(100);
  expect(hasRun).toBe(false);
});
