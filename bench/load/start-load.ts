import { fileURLToPath } from 'node:url';
import { type StartedProcess, startProcess } from '@sinch-callbacks/dev-env/processes';
import { productionEnvironment, watchLines } from '../measure/child-process.ts';

export interface Load {
  readonly process: StartedProcess;
  begin(): void;
  /** Resolves when a closed load begins to measure. */
  readonly warm: Promise<unknown>;
  /** @throws when the generator exits without a result. */
  result(): Promise<LoadResult>;
}

const program = fileURLToPath(new URL('load-process.ts', import.meta.url));

/** Starts a generator; resolves when it has signed every request and waits to begin. */
export async function startLoad(plan: LoadPlan): Promise<Load> {
  const lines = watchLines();
  const generator = await startProcess({
    name: 'load',
    command: process.execPath,
    args: [program],
    env: productionEnvironment({ BENCH_LOAD: JSON.stringify(plan) }),
    readyWhen: { kind: 'line', pattern: /^ready$/ },
    readyTimeoutMs: 120_000,
    log: lines.log,
  });
  const ended = generator.exited.then(() => {
    throw new Error(`the load generator exited early:\n${generator.lastLines()}`);
  });
  ended.catch(() => undefined);
  return {
    process: generator,
    begin: () => void process.kill(generator.pid, 'SIGUSR2'),
    warm: Promise.race([lines.waitFor('warm'), ended.catch(() => undefined)]),
    result: async () =>
      JSON.parse(await Promise.race([lines.waitFor('result'), ended])) as LoadResult,
  };
}

/** Settings of a load generator, passed as JSON in `BENCH_LOAD`. */
export interface LoadPlan {
  /** The address of the webhook, on loopback. */
  readonly url: string;
  readonly secret: string;
  /** Bodies to send, each once: a JSON string per line. */
  readonly bodiesFile: string;
  readonly connections: number;
  readonly arrivals: Arrivals;
  /** The output file: per accepted body, its line and acknowledgement time in Unix milliseconds. */
  readonly acknowledgementsFile?: string;
  /** The line of the first body to send; 0 when absent. */
  readonly from?: number;
}

export type Arrivals =
  /** Each connection sends the next callback after an answer: the server sets the rate. */
  | { readonly kind: 'closed'; readonly warmUpSeconds: number; readonly seconds: number }
  /**
   * Callbacks arrive on schedule, whether earlier ones were answered or not. With `burst` they
   * arrive that many times faster, in the first part of each second only.
   */
  | {
      readonly kind: 'open';
      readonly perSecond: number;
      readonly seconds: number;
      readonly burst: number;
    };

export interface LoadResult {
  /** Callbacks answered 200, the warm-up included. */
  readonly accepted: number;
  /** Callbacks with another answer, or none. */
  readonly refused: number;
  /** Counts by status; 0 where the connection ended without an answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** This and the latencies are without the warm-up. */
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}
