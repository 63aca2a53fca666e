import { fileURLToPath } from 'node:url';
import { type StartedProcess, startProcess } from '@sinch-callbacks/dev-env/processes';
import { environmentWith } from '../ground/environment.ts';
import { watchLines } from '../ground/program-lines.ts';
import type { LoadPlan, LoadResult } from './load-plan.ts';

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
    env: environmentWith({ BENCH_LOAD: JSON.stringify(plan) }),
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
