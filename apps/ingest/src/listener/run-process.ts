import cluster from 'node:cluster';
import {
  bufferedDestination,
  ingestStarted,
  ingestStopped,
  ingestStopping,
  processFailed,
} from '@sinch-callbacks/telemetry';
import { createIngestMetrics } from '@sinch-callbacks/telemetry/ingest-metrics';
import { redactConsole } from '../log/redact-console.ts';
import { type OpenIngest, openIngest } from '../open-ingest.ts';
import { bootFacts, checkQueueOnPostgres } from '../startup.ts';
import { createListener, type Listener } from './create-listener.ts';
import { onStopSignal, settlesWithin } from './graceful-stop.ts';
import { createMetricsReader } from './metrics.ts';

/** Together less than the ten seconds that Docker gives a container to stop. */
const finishWithinMs = 6_000;
const closeWithinMs = 2_000;

/**
 * Listens in this process until it is asked to end.
 * @throws when a variable is malformed or the port cannot be used.
 */
export async function runProcess(): Promise<void> {
  const metrics = createIngestMetrics();
  const ingest = openIngest(bufferedDestination({ isShared: cluster.isWorker }), metrics);
  const { config, logger, requestLog } = ingest;
  redactConsole(logger);
  // Before the logger writes the rest of its buffer.
  process.prependOnceListener('exit', () => requestLog.flush());
  // Requests in progress get no 200, so Sinch sends them again.
  process.once('uncaughtException', (error) => {
    processFailed(logger, error);
    process.exit(1);
  });
  const listener = createListener(ingest, createMetricsReader(metrics));
  const ingestUrl = await listener.listen(config.listener.host, config.listener.port);
  // Of several processes, the supervisor logs it.
  if (cluster.isPrimary) {
    ingestStarted(logger, { ingestUrl, processes: 1, ...bootFacts(config) });
  }
  // Once for all processes of a port.
  if (cluster.isPrimary || cluster.worker?.id === 1) void checkQueueOnPostgres(ingest);
  onStopSignal((signal) => {
    void stop(signal, listener, ingest).finally(() => process.exit(0));
  });
}

async function stop(signal: string, listener: Listener, ingest: OpenIngest): Promise<void> {
  const startedAt = performance.now();
  ingestStopping(ingest.logger, { signal });
  const allFinished = await listener.stop(finishWithinMs);
  await settlesWithin(ingest.close(), closeWithinMs);
  ingest.requestLog.flush();
  const durationMs = Math.round(performance.now() - startedAt);
  ingestStopped(ingest.logger, { durationMs, allFinished });
}
