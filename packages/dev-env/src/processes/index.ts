export { freePort } from './free-port.ts';
export { endLeftover, isAlive } from './leftover-process.ts';
export { continueTree, killTree, stopTree } from './process-tree.ts';
export {
  compileCache,
  describeExit,
  type ProcessExit,
  type ProcessOptions,
  type StartedProcess,
  startProcess,
} from './start-process.ts';
export { type Latch, latch, type UntilOptions, until } from './until.ts';
export type { ReadyWhen } from './wait-ready.ts';
