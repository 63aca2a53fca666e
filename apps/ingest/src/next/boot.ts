import { ConfigError } from '@sinch-callbacks/config';
import { ingestStarted } from '@sinch-callbacks/telemetry';
import { redactConsole } from '../log/redact-console.ts';
import { openIngest } from '../open-ingest.ts';
import { bootFacts, checkQueueOnPostgres } from '../startup.ts';
import { guardFirstServer } from './guard-server.ts';

/**
 * Opens the ingest. If that fails, prints why and ends the process: Next would log the error, go on
 * listening and answer 500 to everything.
 */
export function boot({ isStandalone }: { readonly isStandalone: boolean }): void {
  try {
    const ingest = openIngest();
    const { config, requestLog, logger } = ingest;
    redactConsole(logger);
    // Before the logger writes the rest of its buffer.
    process.prependOnceListener('exit', () => requestLog.flush());
    // A platform may boot an instance for one callback; there the worker and `doctor` check it.
    if (isStandalone) {
      void checkQueueOnPostgres(ingest);
      guardFirstServer(openIngest);
    }
    ingestStarted(logger, { processes: 1, ...bootFacts(config) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    // oxlint-disable-next-line unicorn/no-process-exit -- the process starts here
    process.exit(1);
  }
}
