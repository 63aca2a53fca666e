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

export interface PartResult {
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

export interface PartRun {
  readonly options: BenchOptions;
  /** For data and logs; removed at the end. */
  readonly directory: string;
  readonly onProgress: (text: string) => void;
}

export interface Part {
  readonly name: string;
  run(run: PartRun): Promise<PartResult>;
}
