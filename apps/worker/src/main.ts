import { explainFailure } from './explain-failure.ts';
import { runWorker } from './run-worker.ts';

try {
  await runWorker();
} catch (error) {
  process.stderr.write(`${explainFailure(error)}\n`);
  process.exit(1);
}
