/** Every fault that a run can cause. */
export const faultNames = [
  'kill-ingest',
  'kill-worker',
  'kill-workers',
  'kill-handlers',
  'kill-sender',
  'kill-redis',
  'kill-postgres',
  'kill-everything',
  'freeze-ingest',
  'freeze-worker',
  'freeze-handlers',
  'freeze-sender',
  'freeze-sinch',
  'freeze-redis',
  'freeze-postgres',
  'cut-redis',
  'cut-postgres',
  'cut-sinch',
  'redis-outage',
  'rolling-deploy',
  'drop-redis-silently',
  'drop-postgres-silently',
  'lock-row',
  'fill-redis',
] as const;

export type FaultName = (typeof faultNames)[number];

export function isFaultName(text: string): text is FaultName {
  return faultNames.some((name) => name === text);
}

interface HoldRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Durations of each fault in milliseconds, without the time of a restart. `first` is for its first
 * round, so that a short schedule is short; later rounds draw from `wide`. A job's lock lasts 15 s,
 * so a worker that is frozen for longer finds its jobs taken by others. A task's hold lasts 20 s,
 * and a handlers process is always frozen for longer. A sender's hold lasts as long, and its
 * requests end after 15 s: some freezes of a sender, and of Sinch, are longer.
 */
export const holdRanges: Readonly<Record<FaultName, { first: HoldRange; wide: HoldRange }>> = {
  'kill-ingest': { first: { from: 50, to: 300 }, wide: { from: 50, to: 4_000 } },
  'kill-worker': { first: { from: 50, to: 300 }, wide: { from: 50, to: 4_000 } },
  'kill-workers': { first: { from: 50, to: 500 }, wide: { from: 50, to: 6_000 } },
  'kill-handlers': { first: { from: 50, to: 300 }, wide: { from: 50, to: 4_000 } },
  'kill-sender': { first: { from: 50, to: 300 }, wide: { from: 50, to: 4_000 } },
  'kill-redis': { first: { from: 50, to: 800 }, wide: { from: 50, to: 8_000 } },
  'kill-postgres': { first: { from: 50, to: 800 }, wide: { from: 50, to: 8_000 } },
  'kill-everything': { first: { from: 50, to: 500 }, wide: { from: 50, to: 6_000 } },
  'freeze-ingest': { first: { from: 200, to: 800 }, wide: { from: 200, to: 8_000 } },
  'freeze-worker': { first: { from: 300, to: 1_200 }, wide: { from: 500, to: 25_000 } },
  'freeze-handlers': { first: { from: 21_000, to: 24_000 }, wide: { from: 21_000, to: 40_000 } },
  'freeze-sender': { first: { from: 500, to: 2_000 }, wide: { from: 500, to: 30_000 } },
  'freeze-sinch': { first: { from: 500, to: 1_500 }, wide: { from: 500, to: 25_000 } },
  'freeze-redis': { first: { from: 300, to: 1_500 }, wide: { from: 300, to: 12_000 } },
  'freeze-postgres': { first: { from: 300, to: 1_500 }, wide: { from: 300, to: 12_000 } },
  'cut-redis': { first: { from: 200, to: 1_000 }, wide: { from: 200, to: 8_000 } },
  'cut-postgres': { first: { from: 200, to: 1_000 }, wide: { from: 200, to: 8_000 } },
  'cut-sinch': { first: { from: 200, to: 1_000 }, wide: { from: 200, to: 8_000 } },
  'redis-outage': { first: { from: 2_000, to: 2_500 }, wide: { from: 5_000, to: 20_000 } },
  'rolling-deploy': { first: { from: 20, to: 200 }, wide: { from: 20, to: 1_500 } },
  'drop-redis-silently': { first: { from: 50, to: 300 }, wide: { from: 50, to: 4_000 } },
  'drop-postgres-silently': { first: { from: 50, to: 300 }, wide: { from: 50, to: 4_000 } },
  'lock-row': { first: { from: 1_000, to: 3_000 }, wide: { from: 2_000, to: 40_000 } },
  'fill-redis': { first: { from: 1_000, to: 3_000 }, wide: { from: 1_000, to: 15_000 } },
};
