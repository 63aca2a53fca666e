import { afterEach, beforeEach, onTestFinished } from 'vitest';
import { type CliWorld, callbacksHere, type Ended, openCliWorld } from './cli-harness.ts';
import { consume } from './letters.ts';

export interface LoadRun extends Ended {
  /** What it printed with `--json`. */
  readonly report: ReturnType<typeof JSON.parse>;
}

export interface LoadWorld {
  readonly cli: () => CliWorld;
  /** Runs `callbacks load` with these options, which have no spaces in them. */
  load(url: string, options: string, env?: Readonly<Record<string, string>>): Promise<LoadRun>;
  /** Works on what is queued for the time of a test; without an answer, it applies everything. */
  work(handle?: Parameters<typeof consume>[2]): void;
}

/** A database and a queue for each test. Registers the hooks of the file that it is called in. */
export function useLoadWorld(): LoadWorld {
  let world: CliWorld;
  beforeEach(async () => {
    world = await openCliWorld();
  });
  afterEach(async () => {
    await world.close();
  });
  return {
    cli: () => world,
    async load(url, options, env = world.env) {
      const args = ['load', '--no-stack', '--url', url, ...options.split(' '), '--json'];
      const ended = await callbacksHere(args, env);
      return { ...ended, report: JSON.parse(ended.stdout) };
    },
    work(handle = (_, apply) => apply()) {
      const worker = consume(world, 'live', handle);
      onTestFinished(() => worker.close());
    },
  };
}
