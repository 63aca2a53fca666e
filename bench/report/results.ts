import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BenchmarkName, BenchOptions } from '../read-options.ts';
import { type BenchmarkResult, type RatioName, ratioNames } from './benchmark.ts';
import type { MachineDescription } from './describe-machine.ts';

/** Circumstances of one measurement, stored with each benchmark: commits may differ. */
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
  /** A null was never measured. `lost` is the sum over all benchmarks. */
  readonly ratios: Readonly<Record<RatioName, number | null> & { lost: number }>;
  readonly parts: Partial<Record<BenchmarkName, MeasuredBenchmark>>;
}

/** Replaces the stored entry of this benchmark with the new one, and keeps the others. */
export function mergeBenchmark(
  earlier: Results | undefined,
  name: BenchmarkName,
  { options, measuredAt, ...description }: MeasurementContext,
  { ratios, ...result }: BenchmarkResult,
): Results {
  const measured = Object.fromEntries(
    Object.entries(ratios).filter(([, value]) => value !== undefined),
  ) as MeasuredBenchmark['ratios'];
  const entry: MeasuredBenchmark = {
    ...description,
    measuredAt,
    quick: options.quick,
    ...result,
    ratios: measured,
  };
  const parts = { ...earlier?.parts, [name]: entry };
  return { ...description, ratios: ratiosOf(Object.values(parts)), parts };
}

function ratiosOf(parts: readonly MeasuredBenchmark[]): Results['ratios'] {
  const measured = Object.assign(
    {},
    ...parts.map(({ ratios }) => ratios),
  ) as MeasuredBenchmark['ratios'];
  const ratios = Object.fromEntries(ratioNames.map((name) => [name, measured[name] ?? null]));
  const lost = parts.reduce((sum, part) => sum + part.lost, 0);
  return { ...(ratios as Record<RatioName, number | null>), lost };
}

/** Reads the results of earlier runs; `undefined` without a file. */
export async function readResults(path: string): Promise<Results | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Results;
  } catch (error) {
    throw new Error(`${path} is not JSON: remove or repair it.`, { cause: error });
  }
}

/** Replaces the file in one step, so that an interrupted run leaves the old one whole. */
export async function writeResults(path: string, results: Results): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(results, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** Targets for each ratio: a minimum, or with `most` a maximum. */
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

/** Formats each ratio beside its target, then the benchmarks measured at another commit. */
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
