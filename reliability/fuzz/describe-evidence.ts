import type { Evidence } from './fuzz-ingest.ts';

type Status = number | 'none';

/** Formats the requests, the answers and the stored state for people. */
export function describeEvidence({ outcomes, probe, memory, kept, log, ...run }: Evidence): string {
  const { start, end, peakRssBytes } = memory;
  const lines = [
    `${outcomes.requests} requests in ${run.seconds} s, seed ${run.seed}`,
    `answers: ${counts(outcomes.byStatus)}`,
    ...[...outcomes.byKind].map(([kind, of]) => `  ${kind.padEnd(15)} ${counts(of)}`),
    `slowest answer: ${outcomes.worstMs} ms`,
    `ordinary callbacks: ${probe.count}, ${probe.failures.length} not 200, ` +
      `median ${probe.medianMs} ms, worst ${probe.worstMs} ms`,
    `acknowledged: ${outcomes.acknowledged.size} events; states ${JSON.stringify(kept.states)}; ` +
      `${kept.lost.length} lost; ${kept.unverified.length} unverified`,
    `memory after collecting garbage, warm and at the end: ` +
      `heap ${mebibytes(start.heapBytes)} and ${mebibytes(end.heapBytes)}, ` +
      `resident ${mebibytes(start.rssBytes)} and ${mebibytes(end.rssBytes)}; ` +
      `highest resident ${mebibytes(peakRssBytes)}`,
    `store for rejected callbacks: ${kept.rejectedEntries} entries, ` +
      `${mebibytes(kept.rejectedBytes)}; ${kept.redisKeys} keys in Redis, ` +
      `${kept.strangeKeys.length} of them unknown`,
    `log: ${log.lines} lines, ${mebibytes(log.bytes)}; ${log.strays.length} stray`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Returns the same as plain data. */
export function evidenceAsJson(evidence: Evidence, violations: readonly string[]): object {
  const { outcomes, log, probe, ...rest } = evidence;
  const { bodies, ...probed } = probe;
  return {
    ...rest,
    requests: outcomes.requests,
    answers: Object.fromEntries(outcomes.byStatus),
    answersByKind: Object.fromEntries(
      [...outcomes.byKind].map(([kind, of]) => [kind, Object.fromEntries(of)]),
    ),
    acknowledged: outcomes.acknowledged.size,
    worstMs: outcomes.worstMs,
    probe: { ...probed, accepted: bodies.length },
    log: { ...log, byStatus: Object.fromEntries(log.byStatus) },
    violations,
  };
}

function counts(of: ReadonlyMap<Status, number>): string {
  return [...of]
    .toSorted(([left], [right]) => String(left).localeCompare(String(right)))
    .map(([status, count]) => `${status}: ${count}`)
    .join(', ');
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
