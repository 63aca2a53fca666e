/**
 * `pnpm outage redis`: what becomes of callbacks while Redis is away, measured. Real servers and
 * the built ingest on this machine; needs `pnpm build` first.
 */
import { parseArgs } from 'node:util';
import { createDatabase, startPostgres } from '@sinch-callbacks/testing/servers';
import { type OutageResult, runOutage } from './outage/run-outage.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** How long it is away. */
    seconds: { type: 'string', default: '60' },
    /** Callbacks a second. */
    rate: { type: 'string', default: '100' },
    /** `stop`: killed. `freeze`: takes connections and answers nothing. */
    how: { type: 'string', default: 'stop' },
    json: { type: 'boolean', default: false },
  },
});
const { how } = values;
if (positionals.join(' ') !== 'redis' || (how !== 'stop' && how !== 'freeze')) {
  console.error(
    'usage: pnpm outage redis [--how stop|freeze] [--seconds 60] [--rate 100] [--json]',
  );
  process.exit(2);
}

const postgres = await startPostgres();
const database = await createDatabase(postgres.url);
try {
  const result = await runOutage({
    how,
    awaySeconds: Number(values.seconds),
    beforeSeconds: 5,
    afterSeconds: 10,
    ratePerSecond: Number(values.rate),
    databaseUrl: database.url,
  });
  console.log(values.json ? JSON.stringify(result, undefined, 2) : describe(result));
  const { sent, answered200 } = result.whole;
  process.exitCode = answered200 === sent && result.events['APPLIED'] === sent ? 0 : 1;
} finally {
  await database.drop();
  await postgres.close();
}

function describe({ whole, away, events, ...rest }: OutageResult): string {
  const line = (name: string, { sent, answered200, latencyMs, statuses }: typeof whole) =>
    `${name.padEnd(18)}${sent} sent, ${answered200} answered 200 ${JSON.stringify(statuses)}, ` +
    `p50 ${latencyMs.p50} ms, p99 ${latencyMs.p99} ms, max ${latencyMs.max} ms`;
  return [
    line('whole run', whole),
    line('while it was away', away),
    `${'applied'.padEnd(18)}${events['APPLIED'] ?? 0} of ${whole.sent}, ${rest.appliedBeforeReturn} ` +
      `of them before it was back, the last ${rest.settledSeconds} s after the last callback`,
  ].join('\n');
}
