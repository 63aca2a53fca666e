import { createAgenda } from './agenda.ts';
import type { Timeline } from './timeline.ts';

/** Time that passes only where nothing is left to do: hours in an instant, always the same way. */
export interface VirtualTimeline extends Timeline {
  /** Runs every task, and those that they add, until none is left. */
  run(): void;
}

export function createVirtualTimeline(): VirtualTimeline {
  const agenda = createAgenda();
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    at: (atMs, task) => agenda.add(Math.max(atMs, nowMs), task),
    run() {
      for (let next = agenda.nextAtMs(); next !== undefined; next = agenda.nextAtMs()) {
        nowMs = next;
        agenda.takeDue(nowMs)?.();
      }
    },
  };
}
