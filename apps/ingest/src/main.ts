import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { ConfigError, parseIngestConfig, readConfig } from '@sinch-callbacks/config';
import { redactText } from '@sinch-callbacks/telemetry';
import { runProcess } from './listener/run-process.ts';
import { superviseProcesses } from './listener/supervise-processes.ts';

/** Start failures that an operator can fix. */
const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: 'INGEST_PORT is taken by another process: choose another, or 0 for any free one',
  EACCES: 'INGEST_PORT needs rights that this user does not have: choose one above 1023',
  EADDRNOTAVAIL: 'INGEST_HOST is no address of this machine: choose one that is, such as 127.0.0.1',
  ENOTFOUND: 'INGEST_HOST is an unknown name: choose an address, such as 127.0.0.1',
};

try {
  await runIngest();
} catch (error) {
  process.stderr.write(`${explainStart(error)}\n`);
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

/** Explains a failed start: one line where an operator can fix it, the stack for a bug. */
function explainStart(error: unknown): string {
  if (!(error instanceof Error)) return redactText(String(error));
  if (error instanceof ConfigError) return redactText(error.message);
  const known = advice[String(Reflect.get(error, 'code'))];
  return known ?? redactText(error.stack ?? error.message);
}
