export { type CallbackDraw, createCallbackDraw, type DrawOptions } from './draw-callbacks.ts';
export {
  createLatencyHistogram,
  type LatencyHistogram,
  type LatencySummary,
} from './latency-summary.ts';
export { createLoadTally, type LoadCounts, type LoadTally } from './load-tally.ts';
export { openPoster, type Poster, type PosterOptions } from './post-callback.ts';
export type { LoadEnd } from './run-load.ts';
export { createSchedule, type Schedule, type Shape } from './schedule.ts';
export { type SendLoadOptions, sendLoad } from './send-load.ts';
export type { SeriesPoint } from './time-series.ts';
