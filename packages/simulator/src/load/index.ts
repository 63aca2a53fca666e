export { type CallbackDraw, createCallbackDraw, type DrawOptions } from './draw-callbacks.ts';
export { createLoadTally, type LoadCounts, type LoadTally } from './load-tally.ts';
export {
  createLatencyHistogram,
  type LatencyHistogram,
  type LatencySummary,
  type SeriesPoint,
} from './measurements.ts';
export { openPoster, type Poster, type PosterOptions } from './post-callback.ts';
export { createSchedule, type Schedule, type Shape } from './schedule.ts';
export { type LoadEnd, type SendLoadOptions, sendLoad } from './send-load.ts';
