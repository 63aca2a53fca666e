export {
  type AppProcess,
  type AppVariables,
  assertBuilt,
  handlersProcessOf,
  ingestProcess,
  migrate,
  senderProcess,
  sinchApiProcess,
  workerProcess,
} from './app-processes.ts';
export { type Cleanup, createCleanup, openStopSignal } from './cleanup.ts';
export {
  readSinchVariables,
  registerWebhook,
  type SinchVariables,
} from './local-sinch.ts';
export { openStack, type StartReporter } from './open-stack.ts';
export { logFile, programs, type StackPaths, stackPaths } from './paths.ts';
export { type Stack, takeRunLock } from './stack-file.ts';
export { type AppSettings, type RunningApp, startIngest, startWorker } from './stack-processes.ts';
