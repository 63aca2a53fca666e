import { explainStart } from '@sinch-callbacks/telemetry';
import { runWorker } from './run-worker.ts';

try {
  await runWorker();
} catch (error) {
  process.stderr.write(`${explainStart(error, { host: 'ADMIN_HOST', port: 'ADMIN_PORT' })}\n`);
  process.exit(1);
}
