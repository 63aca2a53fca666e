import { pathToFileURL } from 'node:url';
import { defaultRunnerTimings } from '@sinch-callbacks/handlers';
import { startHandlers } from '../../src/process/start-handlers.ts';

/** The handlers process as it is, with the handlers of its first argument, and shorter timings. */
await startHandlers(pathToFileURL(process.argv[2] ?? ''), {
  ...defaultRunnerTimings,
  blockedAfterMs: 3_000,
  restartAfterMs: 100,
});
