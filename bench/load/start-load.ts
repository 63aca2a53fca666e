import { fileURLToPath } from 'node:url';
import { type StartedProcess, startProcess } from '@sinch-callbacks/dev-env/processes';
import { productionEnvironment, watchLines } from '../measure/child-process.ts';

export interface Load {
  readonly process: StartedProcess;
  begin(): void;
  /** Resolves when a closed load begins to measure. */
  readonly warm: Promise<unknown>;
  /** @throws when the generator ends without one. */
  result(): Promise<LoadResult>;
}

const program = fileURLToPath(new URL('load-process.ts', import.meta.url));

/** A generator that has signed everything and waits to begin. */
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
    throw new Error(`the load generator ended early:\n${generator.lastLines()}`);
  });
  ended.catch(() => undefined);
  return {
    process: generator,
    begin: () => void process.kill(generator.pid, 'SIGUSR2'),
    warm: Promise.race([lines.line('warm'), ended.catch(() => undefined)]),
    result: async () => JSON.parse(await Promise.race([lines.line('result'), ended])) as LoadResult,
  };
}

/** What a load generator is told, as JSON in `BENCH_LOAD`. */
export interface LoadPlan {
  /** The address of the webhook, on loopback. */
  readonly url: string;
  readonly secret: string;
  /** A JSON string per line: bodies to be sent, each once. */
  readonly bodiesFile: string;
  readonly connections: number;
  readonly arrivals: Arrivals;
  /** Gets, per accepted body, its line and when it was acknowledged, in Unix milliseconds. */
  readonly acknowledgementsFile?: string;
  /** The first body to send; the first of the file when absent. */
  readonly from?: number;
}

export type Arrivals =
  /** Each connection sends the next callback when the last is answered: the rate is the server's. */
  | { readonly kind: 'closed'; readonly warmUpSeconds: number; readonly seconds: number }
  /**
   * Callbacks come when they come, whether those before were answered or not. With `burst` they
   * come in the first part of each second alone, faster by so much.
   */
  | {
      readonly kind: 'open';
      readonly perSecond: number;
      readonly seconds: number;
      readonly burst: number;
    };

export interface LoadResult {
  /** Answered 200, the warm-up included. */
  readonly accepted: number;
  /** Answered otherwise, or not at all. */
  readonly refused: number;
  /** By status; 0 where the connection ended without an answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** From here on, of what was measured. */
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}
