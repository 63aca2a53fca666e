export {
  type AppProcess,
  type AppVariables,
  assertBuilt,
  ingestProcess,
  workerProcess,
} from './app-processes.ts';
export { type AppSettings, type RunningApp, startIngest, startWorker } from './apps.ts';
export { type Cleanup, createCleanup } from './cleanup.ts';
export { logFile } from './log-file.ts';
export { migrate } from './migrate.ts';
export { openStack, type StartReporter } from './open-stack.ts';
export { programs, type StackPaths, stackPaths } from './paths.ts';
export { takeRunLock } from './run-lock.ts';
export type { Stack } from './stack-file.ts';
export { openStopSignal } from './stop-signal.ts';
