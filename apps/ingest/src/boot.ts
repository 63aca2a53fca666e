import { ConfigError } from '@sinch-callbacks/config';
import { openIngest } from './open-ingest.ts';
import { redactConsole } from './redact-console.ts';

/**
 * Opens the ingest, or says why it cannot and ends the process. Next would log the error, go on
 * listening and answer 500 to everything.
 */
export function boot(): void {
  try {
    redactConsole(openIngest().logger);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    // oxlint-disable-next-line unicorn/no-process-exit -- the process starts here
    process.exit(1);
  }
}
