import { writeBodies } from '../load/make-events.ts';
import { describeCpu, medianCpu } from '../measure/measure-cpu.ts';
import { openPostgres, prepareTemplate, readNewRedisSettings } from '../measure/open-servers.ts';
import { median, medianRatio, rounded } from '../report/arithmetic.ts';
import { type Benchmark, type BenchmarkResult, rotate, selectByName } from '../report/benchmark.ts';
import { buildNextApp } from './build-next-app.ts';
import { countCommands, type IngestTurn, runIngest } from './run-ingest.ts';
import { ingestContenders } from './start-ingest.ts';

const usual = { bodies: 100_000, warmUpSeconds: 2, seconds: 5, connections: 64 };
const quick = { bodies: 6_000, warmUpSeconds: 0.3, seconds: 1, connections: 16 };

/** Acknowledgements per second of our route, our listener and the alternatives. */
export const ingestBenchmark: Benchmark = {
  name: 'ingest',
  async run({ options, directory, onProgress }) {
    const { bodies: count, ...load } = options.quick ? quick : usual;
    const entries = selectByName(ingestContenders, options.only);
    const nextServer = entries.some(({ needsNext }) => needsNext) ? await buildNextApp() : '';
    const { file: bodiesFile } = await writeBodies(directory, options.events ?? count, 'ingest');
    await using closing = new AsyncDisposableStack();
    const postgres = await openPostgres(directory);
    closing.defer(() => postgres.close());
    const template = await prepareTemplate(postgres.url);
    const common = { logDirectory: directory, nextServer };
    const setup = { postgres, template, bodiesFile, ...common, ...load };
    const rounds: IngestTurn[][] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      const turns: IngestTurn[] = [];
      for (const entry of rotate(entries, round)) {
        const turn = await runIngest(entry, setup);
        onProgress(describe(round, turn));
        turns.push(turn);
      }
      rounds.push(turns);
    }
    const commands = [];
    for (const entry of entries.filter(({ queues }) => queues)) {
      const database = await template.copy();
      const start = { ...common, databaseUrl: database.url };
      commands.push([entry.name, await countCommands(entry, start, bodiesFile)] as const);
      await database.drop();
    }
    const redisCommands = Object.fromEntries(commands);
    return {
      settings: { bodies: count, ...load, redis: await readNewRedisSettings(), redisCommands },
      rounds,
      summary: entries.map(({ name }) => summarise(name, rounds)),
      ratios: {
        ...ratiosOf(rounds),
        redisCommandsPerIngest: (redisCommands['listener'] ?? redisCommands['next'])?.perEvent,
      },
      lost: rounds.flat().reduce((sum, { lost }) => sum + lost, 0),
    };
  },
};

function turnsOf(rounds: readonly IngestTurn[][], name: string): IngestTurn[] {
  return rounds.flat().filter(({ contender }) => contender === name);
}

function summarise(name: string, rounds: readonly IngestTurn[][]) {
  const turns = turnsOf(rounds, name);
  const middle = (of: 'requestsPerSecond' | 'p50Ms' | 'p99Ms') =>
    rounded(median(turns.map((turn) => turn[of])));
  return {
    contender: name,
    requestsPerSecond: middle('requestsPerSecond'),
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    refused: turns.reduce((sum, { refused }) => sum + refused, 0),
    ...medianCpu(turns.map(({ cpuPerThousand }) => cpuPerThousand)),
    nextToThis: ratioOf(rounds, 'next', name) ?? '–',
    listenerToThis: ratioOf(rounds, 'listener', name) ?? '–',
  };
}

function ratioOf(rounds: readonly IngestTurn[][], one: string, other: string): number | undefined {
  const rates = (name: string) => turnsOf(rounds, name).map((turn) => turn.requestsPerSecond);
  const [ours, theirs] = [rates(one), rates(other)];
  return ours.length > 0 && theirs.length > 0 ? rounded(medianRatio(ours, theirs)) : undefined;
}

function ratiosOf(rounds: readonly IngestTurn[][]): BenchmarkResult['ratios'] {
  const between = (one: string, other: string) => ratioOf(rounds, one, other);
  return {
    nextRouteToNoop: between('next', 'next-noop'),
    nodeListenerToNoop: between('listener', 'next-noop'),
    nodeListenerToBare: between('listener', 'bare'),
  };
}

function describe(round: number, turn: IngestTurn): string {
  const { contender, requestsPerSecond, p50Ms, p99Ms, refused, cpuPerThousand, lost } = turn;
  return (
    `ingest  round ${round + 1}  ${contender.padEnd(14)}` +
    `${String(requestsPerSecond).padStart(8)}/s  ` +
    `p50 ${p50Ms} ms, p99 ${p99Ms} ms  ${describeCpu(cpuPerThousand)}` +
    (refused === 0 ? '' : `  REFUSED ${refused}`) +
    (lost === 0 ? '' : `  LOST ${lost}`)
  );
}
