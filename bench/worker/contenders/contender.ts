/**
 * Settings of every contender, read from its environment.
 *
 * A contender connects and prints `ready`. On SIGUSR2 it begins to take jobs. Once warm it prints
 * `warm` and how many it has handled; measurement starts there. After the last it prints `handled`,
 * and the harness waits until its queue is empty.
 */
export interface ContenderSettings {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Jobs, or transactions, in progress at once. */
  readonly concurrency: number;
  readonly variant: string;
}

/** Counts one or more events as handled. */
export type ReportHandled = (count?: number) => void;

/** @param open connects, and returns a function that begins to take jobs. */
export async function contend(
  open: (settings: ContenderSettings, reportHandled: ReportHandled) => Promise<() => unknown>,
): Promise<void> {
  const setting = (name: string) => process.env[`BENCH_${name}`] ?? '';
  const events = Number(setting('EVENTS'));
  const warmUp = Number(setting('WARM_UP'));
  let handled = 0;
  let isWarm = false;
  const begin = await open(
    {
      databaseUrl: setting('DATABASE_URL'),
      redisUrl: setting('REDIS_URL'),
      concurrency: Number(setting('CONCURRENCY')),
      variant: setting('VARIANT'),
    },
    (count = 1) => {
      handled += count;
      if (!isWarm && handled >= warmUp) {
        isWarm = true;
        process.stdout.write(`warm ${handled}\n`);
      }
      if (handled === events) process.stdout.write('handled\n');
    },
  );
  process.once('SIGTERM', () => process.exit(0));
  process.once('SIGUSR2', () => void begin());
  process.stdout.write('ready\n');
}
