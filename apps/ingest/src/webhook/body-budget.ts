/** What all bodies that are being read hold together, before anything is known of their senders. */
export interface BodyBudget {
  /** Takes a place for one body. `giveWay` is called, once at most, when it has to go. */
  enter(giveWay: (reason: GiveWayReason) => void): BodyPlace;
}

export type GiveWayReason =
  /** It was in the way while too much was being read at once. */
  | 'crowded-out'
  /** Its time is over. */
  | 'slow-body';

export interface BodyPlace {
  /** Counts bytes that arrived. */
  grow(this: void, bytes: number): void;
  /** The body is read, or not needed any more. Idempotent. */
  leave(): void;
}

export interface BudgetSize {
  readonly maxBytes: number;
  /** What a request costs that has sent no byte yet, so that the budget bounds their number too. */
  readonly bytesPerRequest: number;
  /** How long one body may take. */
  readonly timeoutMs: number;
}

const mebibyte = 1024 * 1024;
/** Longer than Sinch waits for an answer; the sender of a body that takes this long has given up. */
export const bodyTimeoutMs = 20_000;

/** Room for two thousand callbacks at once, and for a few of the largest that are allowed. */
export function budgetFor(maxBodyBytes: number): BudgetSize {
  const maxBytes = Math.max(32 * mebibyte, 4 * maxBodyBytes);
  return { maxBytes, bytesPerRequest: 16 * 1024, timeoutMs: bodyTimeoutMs };
}

interface Place extends BodyPlace {
  bytes: number;
  readonly enteredAt: number;
  readonly giveWay: (reason: GiveWayReason) => void;
}

/**
 * Admits every request, since it may be a real callback. When the budget is spent,
 * the request that has held the most bytes for the longest time gives way. A callback is small and whole
 * within milliseconds, so it comes after every large and every slow body, however many they are.
 *
 * One timer, for the oldest: a callback comes and goes without one of its own.
 */
export function createBodyBudget(size: BudgetSize, nowMs: () => number): BodyBudget {
  const places = new Set<Place>();
  let total = 0;
  let timer: NodeJS.Timeout | undefined;

  function leave(place: Place): void {
    if (places.delete(place)) total -= place.bytes;
  }

  function makeRoom(): void {
    while (total > size.maxBytes) {
      const costliest = findCostliest(places, nowMs());
      if (costliest === undefined) return;
      leave(costliest);
      costliest.giveWay('crowded-out');
    }
  }

  /** They stand in the order in which they came. */
  function endSlowOnes(): void {
    timer = undefined;
    const latest = nowMs() - size.timeoutMs;
    for (const place of places) {
      if (place.enteredAt > latest) return watch(place);
      leave(place);
      place.giveWay('slow-body');
    }
  }

  function watch({ enteredAt }: Place): void {
    timer ??= setTimeout(endSlowOnes, Math.max(1, enteredAt + size.timeoutMs - nowMs())).unref();
  }

  return {
    enter(giveWay) {
      const place: Place = {
        bytes: size.bytesPerRequest,
        enteredAt: nowMs(),
        giveWay,
        grow(bytes) {
          if (!places.has(place)) return;
          place.bytes += bytes;
          total += bytes;
          makeRoom();
        },
        leave: () => leave(place),
      };
      places.add(place);
      total += place.bytes;
      makeRoom();
      watch(place);
      return place;
    },
  };
}

/** By bytes times age; among equals the oldest. Looks at all, whose number the budget bounds. */
function findCostliest(places: ReadonlySet<Place>, now: number): Place | undefined {
  let costliest: Place | undefined;
  let highest = -1;
  for (const place of places) {
    const cost = place.bytes * (now - place.enteredAt);
    if (cost <= highest) continue;
    highest = cost;
    costliest = place;
  }
  return costliest;
}
