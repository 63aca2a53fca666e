/**
 * `pnpm fuzz`: hostile requests, signed and not, against the built ingest with a worker, a Redis
 * and a Postgres of its own. Ends with 1 when a promise was broken. The same seed draws the same
 * requests.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { describeEvidence, evidenceAsJson } from './fuzz/describe-evidence.ts';
import { findViolations } from './fuzz/find-violations.ts';
import { fuzzIngest } from './fuzz/fuzz-ingest.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: randomUUID().slice(0, 8) },
    requests: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '64' },
    idle: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
  },
});

process.stderr.write(`seed ${values.seed}\n`);
const evidence = await fuzzIngest({
  seed: values.seed,
  requests: wholeNumber('requests'),
  connections: wholeNumber('connections'),
  idle: wholeNumber('idle'),
  settleMs: 8_000,
  tell: (text) => process.stderr.write(text),
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

function wholeNumber(name: 'requests' | 'connections' | 'idle'): number {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} must be a whole number.`);
  return number;
}
