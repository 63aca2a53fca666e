import type { BenchOptions } from '../read-options.ts';

/** What the whole comes to. A key of a part that never ran holds null. */
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
  /** Sizes, concurrency, and what the servers were told. */
  readonly settings: object;
  /** Everything that was measured, round by round. */
  readonly rounds: readonly unknown[];
  /** Medians, a line each. */
  readonly summary: readonly Readonly<Record<string, string | number>>[];
  /** Those that this part tells, as far as it ran. */
  readonly ratios: Partial<Record<RatioName, number | undefined>>;
  /** Events that were accepted or queued, and not found at the end. */
  readonly lost: number;
}

export interface BenchmarkRun {
  readonly options: BenchOptions;
  /** For data and logs; removed at the end. */
  readonly directory: string;
  readonly onProgress: (text: string) => void;
}

export interface Benchmark {
  readonly name: string;
  run(run: BenchmarkRun): Promise<BenchmarkResult>;
}

/** Each round begins with another one, so that none always comes after the same. */
export function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

/** @throws when one of `only` is not among them. */
export function selectByName<T extends { readonly name: string }>(
  items: readonly T[],
  only: readonly string[] | undefined,
): readonly T[] {
  if (only === undefined) return items;
  const unknown = only.find((name) => !items.some((item) => item.name === name));
  if (unknown === undefined) return items.filter(({ name }) => only.includes(name));
  const names = items.map(({ name }) => name).join(', ');
  throw new Error(`There is no contender "${unknown}"; there are ${names}.`);
}
