import type { Results } from './merge-results.ts';
import type { RatioName } from './part.ts';

/** What each has to be at least; the last two, at most. */
const targets: Readonly<Record<RatioName | 'lost', { what: string; value: number; most?: true }>> =
  {
    nextRouteToNoop: { what: 'Next route / no-op Next route', value: 0.9 },
    nodeListenerToNoop: { what: 'Node listener / no-op Next route', value: 6 },
    nodeListenerToBare: { what: 'Node listener / bare node:http + queue.add', value: 0.85 },
    workerToNoop: { what: 'worker / BullMQ no-op worker', value: 0.65 },
    workerToPrismaPerEvent: { what: 'worker / one Prisma transaction per event', value: 8 },
    workerToBestQueue: { what: 'worker / best of pg-boss and graphile-worker', value: 2 },
    drainMillionToTenThousand: { what: 'drain rate at 1,000,000 / at 10,000 jobs', value: 0.9 },
    redisCommandsPerIngest: { what: 'Redis commands per event, ingest', value: 1, most: true },
    lost: { what: 'events lost', value: 0, most: true },
  };

/** A line for each ratio, beside its target; and which parts are of another commit. */
export function describeResults({ ratios, parts }: Results, commit: string): string {
  const lines = Object.entries(targets).map(([name, { what, value, most }]) => {
    const measured = ratios[name as keyof typeof targets];
    const wanted = `${most ? '≤' : '≥'} ${value}`.padStart(7);
    if (measured === null) return `  ${what.padEnd(46)}${'–'.padStart(8)}  ${wanted}`;
    const isMet = most ? measured <= value : measured >= value;
    return `${isMet ? '✓' : '✗'} ${what.padEnd(46)}${String(measured).padStart(8)}  ${wanted}`;
  });
  const others = Object.entries(parts).flatMap(([name, part]) =>
    part.commit === commit ? [] : [`  ${name} was measured at ${part.commit}, ${part.measuredAt}`],
  );
  return [...lines, ...others].join('\n');
}
