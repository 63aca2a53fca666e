import { parseWorkerConfig, readConfig } from '@sinch-callbacks/config';
import { createLogger, processFailed } from '@sinch-callbacks/telemetry';
import { explainFailure } from './explain-failure.ts';
import { startWorker } from './start-worker.ts';

const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

async function main(): Promise<void> {
  const config = readConfig(parseWorkerConfig);
  const logger = createLogger({ name: 'worker', level: config.logLevel });
  const worker = await startWorker(config, logger);
  for (const signal of stopSignals) {
    process.once(signal, () => {
      void worker.stop(signal).then(() => process.exit(0));
    });
  }
  process.once('uncaughtException', (error) => {
    processFailed(logger, error);
    process.exit(1);
  });
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${explainFailure(error)}\n`);
  process.exit(1);
}
