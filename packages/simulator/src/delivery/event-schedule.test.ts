import { expect, test } from 'vitest';
import { createRandom, drawInteger } from '../random.ts';
import { createEventSchedule } from './event-schedule.ts';

test('returns tasks by time, and those of one instant in the order of their adding', () => {
  const random = createRandom('schedule');
  const schedule = createEventSchedule();
  const ran: { readonly atMs: number; readonly turn: number }[] = [];
  for (let turn = 0; turn < 500; turn += 1) {
    const atMs = drawInteger(random, 0, 50);
    schedule.add(atMs, () => void ran.push({ atMs, turn }));
  }

  for (let nowMs = 0; nowMs <= 50; nowMs += 1) {
    for (let task = schedule.takeDue(nowMs); task; task = schedule.takeDue(nowMs)) task();
    expect(schedule.nextAtMs() ?? 51).toBeGreaterThan(nowMs);
  }

  expect(ran).toHaveLength(500);
  expect(ran).toEqual(ran.toSorted((one, other) => one.atMs - other.atMs || one.turn - other.turn));
});
