import type { Evidence } from './fuzz-ingest.ts';

/** How much more memory may be held at the end than after the warm-up. */
const maxGrowth = 1.2;
/** With fewer, pools are still growing that have a bound: what is resident proves nothing yet. */
const enoughForResident = 20_000;
const storeBounds = { entries: 5_000, bytes: 16 * 1024 * 1024 };
/** Only our handler gives these, so each must be accounted for in the log. */
const ownStatuses = [200, 401, 405, 413, 429];

/** Everything that breaks the promise, in words; nothing if it is kept. */
export function findViolations(evidence: Evidence): string[] {
  const { outcomes, probe, kept, ended, log } = evidence;
  return [
    ...outcomes.wrong,
    ...above(outcomes.wrongCount, outcomes.wrong.length, 'answers that should not have been'),
    ...probe.failures.map((failure) => `an ordinary callback got ${failure}`),
    ...ended.map((end) => `a process ended: ${end}`),
    ...memoryViolations(evidence),
    ...above(
      kept.rejectedEntries,
      storeBounds.entries,
      'entries in the store for rejected callbacks',
    ),
    ...above(kept.rejectedBytes, storeBounds.bytes, 'bytes in the store for rejected callbacks'),
    ...some(kept.lost, 'acknowledged events have not ended'),
    ...some(kept.unverified, 'events are stored that nobody signed'),
    ...some(kept.strangeKeys, "keys in Redis are nobody's"),
    ...logViolations(evidence),
    ...log.strays.map((stray) => `a stray line in the log: ${stray}`),
  ];
}

function memoryViolations({ outcomes, memory: { start, end } }: Evidence): string[] {
  const heap = above(end.heapBytes, start.heapBytes * maxGrowth, 'bytes of heap at the end');
  if (outcomes.requests < enoughForResident) return heap;
  return [...heap, ...above(end.rssBytes, start.rssBytes * maxGrowth, 'bytes resident at the end')];
}

/** Requests that were broken off have a line and no answer, so there may be more lines. */
function logViolations({ outcomes, probe, log }: Evidence): string[] {
  const violations = ownStatuses.flatMap((status) => {
    let answered = status === 200 ? probe.bodies.length : 0;
    // Chunk sizes with too much behind them get a 413 from Node.
    for (const [kind, of] of outcomes.byKind) {
      if (kind !== 'brokenChunks') answered += of.get(status) ?? 0;
    }
    const logged = log.byStatus.get(status) ?? 0;
    return logged < answered ? [`${answered} answers ${status}, and ${logged} in the log`] : [];
  });
  const logged = [...log.byStatus.values()].reduce((sum, count) => sum + count, 0);
  // Pipelined requests are up to five in one; the idle connections are requests, too.
  return [
    ...violations,
    ...above(logged, outcomes.requests * 2 + probe.count, 'requests in the log'),
  ];
}

function above(value: number, bound: number, what: string): string[] {
  return value > bound ? [`${Math.round(value)} ${what}, more than ${Math.round(bound)}`] : [];
}

function some(found: readonly string[], what: string): string[] {
  return found.length === 0 ? [] : [`${found.length} ${what}: ${found.slice(0, 5).join(', ')}`];
}
