import type { Evidence } from './fuzz-ingest.ts';

/** The bound on memory at the end, as a multiple of the memory after the warm-up. */
const maxGrowth = 1.2;
/** With fewer requests, bounded pools are still growing, so resident memory proves nothing. */
const enoughForResident = 20_000;
const storeBounds = { entries: 5_000, bytes: 16 * 1024 * 1024 };
/** Statuses that only the handler of ingest gives, so each answer must have a line in the log. */
const ownStatuses = [200, 401, 405, 413, 429];

/** Describes every broken promise; returns an empty list when all are kept. */
export function findViolations(evidence: Evidence): string[] {
  const { outcomes, probe, kept, ended, log } = evidence;
  return [
    ...outcomes.wrong,
    ...above(outcomes.wrongCount, outcomes.wrong.length, 'wrong answers'),
    ...probe.failures.map((failure) => `an ordinary callback got ${failure}`),
    ...ended.map((end) => `a process ended: ${end}`),
    ...memoryViolations(evidence),
    ...above(
      kept.rejectedEntries,
      storeBounds.entries,
      'entries in the store for rejected callbacks',
    ),
    ...above(kept.rejectedBytes, storeBounds.bytes, 'bytes in the store for rejected callbacks'),
    ...some(kept.lost, 'acknowledged events are not finished'),
    ...some(kept.unverified, 'stored events were never signed'),
    ...some(kept.strangeKeys, 'keys in Redis are unknown'),
    ...logViolations(evidence),
    ...log.strays.map((stray) => `a stray line in the log: ${stray}`),
  ];
}

function memoryViolations({ outcomes, memory: { start, end } }: Evidence): string[] {
  const heap = above(end.heapBytes, start.heapBytes * maxGrowth, 'bytes of heap at the end');
  if (outcomes.requests < enoughForResident) return heap;
  return [...heap, ...above(end.rssBytes, start.rssBytes * maxGrowth, 'bytes resident at the end')];
}

/** Compares answers with lines. There may be more lines: an aborted request has no answer. */
function logViolations({ outcomes, probe, log }: Evidence): string[] {
  const violations = ownStatuses.flatMap((status) => {
    let answered = status === 200 ? probe.bodies.length : 0;
    // Node itself answers 413 to an overlong chunk extension, without a line.
    for (const [kind, of] of outcomes.byKind) {
      if (kind !== 'brokenChunks') answered += of.get(status) ?? 0;
    }
    const logged = log.byStatus.get(status) ?? 0;
    return logged < answered ? [`${answered} answers ${status}, and ${logged} in the log`] : [];
  });
  const logged = [...log.byStatus.values()].reduce((sum, count) => sum + count, 0);
  // One pipelined request holds up to five, and idle connections are logged as well.
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
