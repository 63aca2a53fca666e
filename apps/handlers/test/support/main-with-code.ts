import { pathToFileURL } from 'node:url';
import { defaultRunnerTimings } from '@sinch-callbacks/handlers';
import { startHandlers } from '../../src/process/start-handlers.ts';

/**
 * The handlers process as it is, with the handlers of its first argument. Where code blocks on
 * purpose, BLOCKED_AFTER_MS shortens the wait; elsewhere a busy machine must not look like that.
 */
await startHandlers(pathToFileURL(process.argv[2] ?? ''), {
  ...defaultRunnerTimings,
  blockedAfterMs: Number(process.env['BLOCKED_AFTER_MS'] ?? defaultRunnerTimings.blockedAfterMs),
  restartAfterMs: 100,
});
