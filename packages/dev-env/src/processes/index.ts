export { endLeftover } from './end-leftover.ts';
export { freePort } from './free-port.ts';
export { isAlive } from './is-alive.ts';
export { type Latch, latch } from './latch.ts';
export { continueTree, killTree, stopTree } from './process-tree.ts';
export {
  compileCache,
  describeExit,
  type ProcessExit,
  type ProcessOptions,
  type StartedProcess,
  startProcess,
} from './start-process.ts';
export { type UntilOptions, until } from './until.ts';
export type { ReadyWhen } from './wait-ready.ts';
