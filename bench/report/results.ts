import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BenchmarkName, BenchOptions } from '../read-options.ts';
import { type BenchmarkResult, type RatioName, ratioNames } from './benchmark.ts';
import type { MachineDescription } from './describe-machine.ts';

/** Under which a part was measured. Each part carries its own: they need not be of one day. */
export interface MeasurementContext extends MachineDescription {
  readonly measuredAt: string;
  readonly options: BenchOptions;
}

export interface MeasuredBenchmark extends MachineDescription {
  readonly measuredAt: string;
  readonly quick: boolean;
  readonly settings: object;
  readonly summary: BenchmarkResult['summary'];
  readonly ratios: Partial<Record<RatioName, number>>;
  readonly lost: number;
  readonly rounds: readonly unknown[];
}

export interface Results extends MachineDescription {
  /** A null was never measured. `lost` is the sum over all parts. */
  readonly ratios: Readonly<Record<RatioName, number | null> & { lost: number }>;
  readonly parts: Partial<Record<BenchmarkName, MeasuredBenchmark>>;
}

/** Puts what was just measured in place of what was known of this part, and keeps the others. */
export function mergeBenchmark(
  known: Results | undefined,
  name: BenchmarkName,
  { options, measuredAt, ...description }: MeasurementContext,
  { ratios, ...result }: BenchmarkResult,
): Results {
  const told = Object.fromEntries(
    Object.entries(ratios).filter(([, value]) => value !== undefined),
  ) as MeasuredBenchmark['ratios'];
  const part: MeasuredBenchmark = {
    ...description,
    measuredAt,
    quick: options.quick,
    ...result,
    ratios: told,
  };
  const parts = { ...known?.parts, [name]: part };
  return { ...description, ratios: ratiosOf(Object.values(parts)), parts };
}

function ratiosOf(parts: readonly MeasuredBenchmark[]): Results['ratios'] {
  const told = Object.assign(
    {},
    ...parts.map(({ ratios }) => ratios),
  ) as MeasuredBenchmark['ratios'];
  const ratios = Object.fromEntries(ratioNames.map((name) => [name, told[name] ?? null]));
  const lost = parts.reduce((sum, part) => sum + part.lost, 0);
  return { ...(ratios as Record<RatioName, number | null>), lost };
}

/** What earlier runs have left; `undefined` where there is nothing. */
export async function readResults(path: string): Promise<Results | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Results;
  } catch (error) {
    throw new Error(`${path} is not JSON: remove it, or mend it.`, { cause: error });
  }
}

/** Wholly or not at all. */
export async function writeResults(path: string, results: Results): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(results, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
}

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
