import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { parseIngestConfig, readConfig } from '@sinch-callbacks/config';
import { runProcess } from './run-process.ts';
import { superviseProcesses } from './supervise-processes.ts';

/**
 * Runs the lean listener for as long as this process lives: in this process alone, or in several
 * that this one only supervises.
 * @throws when it cannot start.
 */
export async function runIngest(): Promise<void> {
  const config = readConfig(parseIngestConfig);
  const { processes } = config.listener;
  const count = processes === 'auto' ? availableParallelism() : processes;
  if (cluster.isWorker || count === 1) await runProcess();
  else await superviseProcesses(config, count);
}
