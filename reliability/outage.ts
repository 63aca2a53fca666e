/**
 * `pnpm outage redis`: measures how callbacks fare while Redis is down, with real servers and the
 * built ingest on this machine. Needs `pnpm build` first.
 */
import { createDatabase, startPostgres } from '@sinch-callbacks/dev-env/servers';
import { Argument, Option } from 'commander';
import { measuringCommand, wholeNumber } from './measuring-command.ts';
import type { Outage } from './outage/restartable-redis.ts';
import { type OutageResult, runOutage } from './outage/run-outage.ts';

const program = measuringCommand(
  'pnpm outage',
  'Sends signed callbacks at a constant rate to a real ingest with REDIS_URL and DATABASE_URL, ' +
    'stops Redis in the middle, and prints how they were answered and what was applied.\n' +
    'Exits 0 when all were answered 200 and applied, 1 otherwise, and 2 for bad usage.',
)
  .addArgument(new Argument('<server>', 'the server that is down').choices(['redis']))
  .addOption(
    new Option('--how <how>', 'killed, or frozen: it takes connections and answers nothing')
      .choices(['stop', 'freeze'])
      .default('stop'),
  )
  .option('--seconds <n>', 'how long it is down', wholeNumber(1, 3_600), 60)
  .option('--rate <n>', 'callbacks a second', wholeNumber(1, 1_000), 100)
  .option('--json', 'one JSON document on stdout', false)
  .parse();
const options = program.opts<{ how: Outage; seconds: number; rate: number; json: boolean }>();

const postgres = await startPostgres();
const database = await createDatabase(postgres.url);
try {
  const result = await runOutage({
    how: options.how,
    downSeconds: options.seconds,
    beforeSeconds: 5,
    afterSeconds: 10,
    ratePerSecond: options.rate,
    databaseUrl: database.url,
  });
  console.log(options.json ? JSON.stringify(result, undefined, 2) : describe(result));
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
    line('while it was down', away),
    `${'applied'.padEnd(18)}${events['APPLIED'] ?? 0} of ${whole.sent}, ${rest.appliedBeforeReturn} ` +
      `of them before it was back, the last ${rest.settledSeconds} s after the last callback`,
  ].join('\n');
}
