import type { BenchOptions } from '../read-options.ts';

/** Keys of the summary ratios. A key is null until its benchmark has run. */
export const ratioNames = [
  'nextRouteToNoop',
  'nodeListenerToNoop',
  'nodeListenerToBare',
  'workerToNoop',
  'workerToPrismaPerEvent',
  'workerToBestQueue',
  'drainMillionToTenThousand',
  'redisCommandsPerIngest',
] as const;

export type RatioName = (typeof ratioNames)[number];

export interface BenchmarkResult {
  /** Sizes, concurrency, and the servers' settings. */
  readonly settings: object;
  /** All measurements, round by round. */
  readonly rounds: readonly unknown[];
  /** Medians, a line each. */
  readonly summary: readonly Readonly<Record<string, string | number>>[];
  /** Ratios that this benchmark measures, as far as it ran. */
  readonly ratios: Partial<Record<RatioName, number | undefined>>;
  /** Events that were accepted or queued, and not found at the end. */
  readonly lost: number;
}

export interface BenchmarkRun {
  readonly options: BenchOptions;
  /** A folder for data and logs, removed at the end. */
  readonly directory: string;
  readonly onProgress: (text: string) => void;
}

export interface Benchmark {
  readonly name: string;
  run(run: BenchmarkRun): Promise<BenchmarkResult>;
}

/** Starts each round with another item, so that none always runs after the same one. */
export function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

/** Keeps the items named in `only`. @throws when a name is unknown. */
export function selectByName<T extends { readonly name: string }>(
  items: readonly T[],
  only: readonly string[] | undefined,
): readonly T[] {
  if (only === undefined) return items;
  const unknown = only.find((name) => !items.some((item) => item.name === name));
  if (unknown === undefined) return items.filter(({ name }) => only.includes(name));
  const names = items.map(({ name }) => name).join(', ');
  throw new Error(`There is no contender "${unknown}"; choose from ${names}.`);
}
