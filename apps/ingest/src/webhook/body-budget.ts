/** A bound for all bodies that are being read, before their senders are verified. */
export interface BodyBudget {
  /** Takes a place for one body. `onEvicted` is called at most once, when the body must go. */
  enter(onEvicted: (reason: EvictionReason) => void): BodyPlace;
}

export type EvictionReason =
  /** Too much was being read at once, and this body cost most. */
  | 'crowded-out'
  /** It took longer than one body may. */
  | 'slow-body';

export interface BodyPlace {
  /** Counts bytes that arrived. */
  grow(this: void, bytes: number): void;
  /** Ends the place: the body is read, or not needed any more. Idempotent. */
  leave(): void;
}

export interface BudgetSize {
  readonly maxBytes: number;
  /** The cost of a request without its bytes, so that the budget bounds their number too. */
  readonly bytesPerRequest: number;
  /** The longest time that one body may take. */
  readonly timeoutMs: number;
}

const mebibyte = 1024 * 1024;
/** Longer than Sinch waits for an answer: the sender of a slower body has given up. */
export const bodyTimeoutMs = 20_000;

/** Returns a budget for two thousand callbacks at once, or a few of the largest allowed ones. */
export function budgetFor(maxBodyBytes: number): BudgetSize {
  const maxBytes = Math.max(32 * mebibyte, 4 * maxBodyBytes);
  return { maxBytes, bytesPerRequest: 16 * 1024, timeoutMs: bodyTimeoutMs };
}

interface Place extends BodyPlace {
  bytes: number;
  readonly enteredAt: number;
  readonly onEvicted: (reason: EvictionReason) => void;
}

/**
 * Creates a budget that admits every request, since it may be a real callback. When it is spent,
 * the body with the greatest product of bytes and age is evicted. A real callback is small and
 * complete within milliseconds, so all large and all slow bodies are evicted before it.
 *
 * One timer, for the oldest body, serves all.
 */
export function createBodyBudget(size: BudgetSize, nowMs: () => number): BodyBudget {
  const places = new Set<Place>();
  let total = 0;
  let timer: NodeJS.Timeout | undefined;

  function leave(place: Place): void {
    if (places.delete(place)) total -= place.bytes;
  }

  function evictCostliest(): void {
    while (total > size.maxBytes) {
      const costliest = findCostliest(places, nowMs());
      if (costliest === undefined) return;
      leave(costliest);
      costliest.onEvicted('crowded-out');
    }
  }

  /** Places are in the order of their arrival. */
  function evictSlow(): void {
    timer = undefined;
    const latest = nowMs() - size.timeoutMs;
    for (const place of places) {
      if (place.enteredAt > latest) return watch(place);
      leave(place);
      place.onEvicted('slow-body');
    }
  }

  function watch({ enteredAt }: Place): void {
    timer ??= setTimeout(evictSlow, Math.max(1, enteredAt + size.timeoutMs - nowMs())).unref();
  }

  return {
    enter(onEvicted) {
      const place: Place = {
        bytes: size.bytesPerRequest,
        enteredAt: nowMs(),
        onEvicted,
        grow(bytes) {
          if (!places.has(place)) return;
          place.bytes += bytes;
          total += bytes;
          evictCostliest();
        },
        leave: () => leave(place),
      };
      places.add(place);
      total += place.bytes;
      evictCostliest();
      watch(place);
      return place;
    },
  };
}

/** Compares bytes times age; of equals the oldest wins. The budget bounds the number of places. */
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
