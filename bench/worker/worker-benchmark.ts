import { makeEvents } from '../load/make-events.ts';
import { describeCpu, medianCpu } from '../measure/measure-cpu.ts';
import {
  openPostgres,
  prepareTemplate,
  readNewRedisSettings,
  readPostgresSettings,
} from '../measure/open-servers.ts';
import { median, medianRatio, rounded } from '../report/arithmetic.ts';
import { type Benchmark, type BenchmarkResult, rotate, selectByName } from '../report/benchmark.ts';
import { createRowCheck, type Drain, runContender } from './run-contender.ts';
import { type WorkerContender, workerContenders } from './start-contender.ts';

const defaultEvents = 20_000;
const quickEvents = 1_000;
/** A production worker runs for weeks, so its first second is not typical. */
const warmUpShare = 0.25;
const seed = 'bench';

/** Drain rates of the same backlog: our worker, the ceiling, and the alternatives. */
export const workerBenchmark: Benchmark = {
  name: 'worker',
  async run({ options, directory, onProgress }) {
    const count = options.events ?? (options.quick ? quickEvents : defaultEvents);
    const warmUp = Math.round(count * warmUpShare);
    const entries = selectByName(workerContenders, options.only).flatMap((entry) =>
      options.calibrate ? atEachConcurrency(entry) : entry,
    );
    const events = [...makeEvents(count + warmUp, seed)];
    const reports = events.filter(({ trigger }) => trigger === 'MESSAGE_DELIVERY').length;
    await using closing = new AsyncDisposableStack();
    const postgres = await openPostgres(directory);
    closing.defer(() => postgres.close());
    const template = await prepareTemplate(postgres.url);
    const check = createRowCheck({ events: events.length, reports });
    const setup = {
      postgres,
      template,
      events,
      warmUp,
      check,
      logDirectory: directory,
      profileDirectory: options.cpuProf,
    };
    const rounds: Drain[][] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      const drains: Drain[] = [];
      for (const entry of rotate(entries, round)) {
        const drain = await runContender(entry, setup);
        onProgress(describe(round, drain));
        drains.push(drain);
      }
      rounds.push(drains);
    }
    return {
      settings: {
        events: count,
        warmUp,
        contenders: entries.map(({ name, concurrency }) => ({ name, concurrency })),
        postgres: await readPostgresSettings(postgres.url),
        redis: await readNewRedisSettings(),
      },
      rounds,
      summary: summarise(entries, rounds),
      ratios: ratiosOf(entries, rounds),
      lost: rounds.flat().reduce((sum, { lost }) => sum + lost, 0),
    };
  },
};

/** Returns one entry for each concurrency that `--calibrate` tries. */
function atEachConcurrency(entry: WorkerContender): WorkerContender[] {
  const { name, concurrency, concurrencies } = entry;
  const tried = concurrencies.length === 0 ? [concurrency] : concurrencies;
  return tried.map((one) => ({ ...entry, name: `${name}@${one}`, concurrency: one }));
}

function ratesOf(rounds: readonly Drain[][], name: string): number[] {
  return rounds.flatMap((drains) =>
    drains.filter(({ contender }) => contender === name).map((drain) => drain.eventsPerSecond),
  );
}

function summarise(entries: readonly WorkerContender[], rounds: readonly Drain[][]) {
  return entries.map(({ name }) => {
    const drains = rounds.flat().filter(({ contender }) => contender === name);
    const theirs = ratesOf(rounds, name);
    const ours = ratesOf(rounds, 'ours');
    return {
      contender: name,
      eventsPerSecond: rounded(median(theirs)),
      ...(ours.length > 0 && { oursToThis: rounded(medianRatio(ours, theirs), 3) }),
      ...medianCpu(drains.map(({ cpuPerThousand }) => cpuPerThousand)),
    };
  });
}

function ratiosOf(
  entries: readonly WorkerContender[],
  rounds: readonly Drain[][],
): BenchmarkResult['ratios'] {
  const ours = ratesOf(rounds, 'ours');
  const to = (name: string | undefined) => {
    const theirs = name === undefined ? [] : ratesOf(rounds, name);
    return ours.length > 0 && theirs.length > 0 ? rounded(medianRatio(ours, theirs)) : undefined;
  };
  // A contender with our own writer is no alternative to it; the table has its ratio too.
  const others = entries
    .filter(({ queue, name }) => queue !== 'bullmq' && name.endsWith('-per-event'))
    .map(({ name }) => name);
  const [best] = others.toSorted(
    (one, other) => median(ratesOf(rounds, other)) - median(ratesOf(rounds, one)),
  );
  return {
    workerToNoop: to('noop'),
    workerToPrismaPerEvent: to('prisma'),
    workerToBestQueue: to(best),
  };
}

function describe(round: number, { contender, eventsPerSecond, cpuPerThousand, lost }: Drain) {
  return (
    `worker  round ${round + 1}  ${contender.padEnd(26)}` +
    `${String(eventsPerSecond).padStart(8)}/s  ` +
    describeCpu(cpuPerThousand) +
    (lost === 0 ? '' : `  LOST ${lost}`)
  );
}
