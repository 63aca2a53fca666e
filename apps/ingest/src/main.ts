import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { parseIngestConfig, readConfig } from '@sinch-callbacks/config';
import { explainStart } from '@sinch-callbacks/telemetry';
import { runProcess } from './listener/run-process.ts';
import { superviseProcesses } from './listener/supervise-processes.ts';

try {
  await runIngest();
} catch (error) {
  process.stderr.write(`${explainStart(error, { host: 'INGEST_HOST', port: 'INGEST_PORT' })}\n`);
  process.exit(1);
}

/**
 * Runs the lean listener for as long as this process lives: in this process, or in several that
 * this one supervises.
 * @throws when it cannot start.
 */
async function runIngest(): Promise<void> {
  const config = readConfig(parseIngestConfig);
  const { processes } = config.listener;
  const count = processes === 'auto' ? availableParallelism() : processes;
  if (cluster.isWorker || count === 1) await runProcess();
  else await superviseProcesses(config, count);
}
