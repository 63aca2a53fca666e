interface Entry {
  readonly atMs: number;
  readonly turn: number;
  readonly task: () => void;
}

/** A binary heap of tasks by time; tasks of one instant keep the order in which they were added. */
export interface EventSchedule {
  add(atMs: number, task: () => void): void;
  nextAtMs(): number | undefined;
  /** Removes and returns the first task, if its time is not after `nowMs`. */
  takeDue(nowMs: number): (() => void) | undefined;
  clear(): void;
}

export function createEventSchedule(): EventSchedule {
  const heap: Entry[] = [];
  let turns = 0;
  return {
    add(atMs, task) {
      turns += 1;
      rise(heap, { atMs, turn: turns, task });
    },
    nextAtMs: () => heap[0]?.atMs,
    takeDue(nowMs) {
      const [first] = heap;
      if (first === undefined || first.atMs > nowMs) return undefined;
      const last = heap.pop();
      if (last !== undefined && last !== first) sink(heap, last);
      return first.task;
    },
    clear() {
      heap.length = 0;
    },
  };
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.turn < other.turn);
}

function rise(heap: Entry[], entry: Entry): void {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || isBefore(parent, entry)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = entry;
}

/** Replaces the first entry and restores the order of the heap. */
function sink(heap: Entry[], entry: Entry): void {
  let place = 0;
  for (;;) {
    const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
    const isRight = left !== undefined && right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (child === undefined || isBefore(entry, child)) break;
    heap[place] = child;
    place = 2 * place + (isRight ? 2 : 1);
  }
  heap[place] = entry;
}

/** A clock and timer for deliveries, in milliseconds from their start. */
export interface Timeline {
  nowMs(): number;
  /** Runs the task at that time, or next when it is past. Tasks of one instant keep their order. */
  at(atMs: number, task: () => void): void;
}
