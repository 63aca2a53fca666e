/**
 * What every contender is told, and the little that it says.
 *
 * It opens what it needs and prints `ready`; on SIGUSR2 it begins to take jobs; once it is warm it
 * prints `warm` and how many it has handled, from where on it is measured; when it has handled all
 * it prints `handled`, and the harness waits until its queue is empty.
 */
export interface ContenderSettings {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Jobs, or transactions, under way at once. */
  readonly concurrency: number;
  readonly variant: string;
}

/** Says that one more event, or several, were dealt with. */
export type ReportHandled = (count?: number) => void;

/** @param open connects, and returns what begins to take jobs. */
export async function contend(
  open: (settings: ContenderSettings, reportHandled: ReportHandled) => Promise<() => unknown>,
): Promise<void> {
  const told = (name: string) => process.env[`BENCH_${name}`] ?? '';
  const events = Number(told('EVENTS'));
  const warmUp = Number(told('WARM_UP'));
  let handled = 0;
  let isWarm = false;
  const begin = await open(
    {
      databaseUrl: told('DATABASE_URL'),
      redisUrl: told('REDIS_URL'),
      concurrency: Number(told('CONCURRENCY')),
      variant: told('VARIANT'),
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
