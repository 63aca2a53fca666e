import { explainStart } from './listener/explain-start.ts';
import { runIngest } from './listener/run-ingest.ts';

try {
  await runIngest();
} catch (error) {
  process.stderr.write(`${explainStart(error)}\n`);
  process.exit(1);
}
