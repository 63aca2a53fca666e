/**
 * `pnpm fuzz`: sends hostile requests, signed and not, to ingest, built with Next or as the plain
 * listener. It has a worker, a Redis and a Postgres of its own. Exits 1 when a promise is broken.
 * The same seed generates the same requests.
 */
import { randomUUID } from 'node:crypto';
import { Option } from 'commander';
import { describeEvidence, evidenceAsJson } from './fuzz/describe-evidence.ts';
import { findViolations } from './fuzz/find-violations.ts';
import { fuzzIngest } from './fuzz/fuzz-ingest.ts';
import { type FuzzServer, fuzzServers } from './fuzz/open-target.ts';
import { measuringCommand, wholeNumber } from './measuring-command.ts';

interface FuzzOptions {
  readonly server: FuzzServer;
  readonly seed: string;
  readonly requests: number;
  readonly connections: number;
  readonly idle: number;
  readonly json: boolean;
}

const program = measuringCommand(
  'pnpm fuzz',
  'Sends hostile requests, signed and not, to ingest with a worker, a Redis and a Postgres ' +
    'of its own. Exits 0 when no promise was broken, 1 otherwise, and 2 for bad usage.',
)
  .option('--seed <text>', 'generates the same requests again', randomUUID().slice(0, 8))
  .addOption(
    new Option('--server <name>', 'the server of ingest').choices(fuzzServers).default('next'),
  )
  .option('--requests <n>', 'how many', wholeNumber(1, 10_000_000), 100_000)
  .option('--connections <n>', 'how many at once', wholeNumber(1, 10_000), 64)
  .option('--idle <n>', 'connections that only stay open', wholeNumber(0, 10_000), 100)
  .option('--json', 'one JSON document on stdout', false)
  .parse();
const values = program.opts<FuzzOptions>();

process.stderr.write(`seed ${values.seed}\n`);
const evidence = await fuzzIngest({
  server: values.server,
  seed: values.seed,
  requests: values.requests,
  connections: values.connections,
  idle: values.idle,
  settleMs: 8_000,
  onProgress: (text) => process.stderr.write(text),
});
const violations = findViolations(evidence);
if (values.json) {
  process.stdout.write(`${JSON.stringify(evidenceAsJson(evidence, violations), null, 2)}\n`);
} else {
  process.stdout.write(describeEvidence(evidence));
  for (const violation of violations) process.stdout.write(`✗ ${violation}\n`);
  if (violations.length === 0) process.stdout.write('✓ nothing was lost, forged or broken\n');
}
process.exitCode = violations.length === 0 ? 0 : 1;
