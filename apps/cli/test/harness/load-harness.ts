import { onTestFinished } from 'vitest';
import { type CliHarness, callbacksHere, type Ended, useCli } from './cli-harness.ts';
import { consume } from './letters.ts';

export interface LoadRun extends Ended {
  /** The JSON document. */
  readonly report: ReturnType<typeof JSON.parse>;
}

export interface LoadHarness {
  readonly cli: () => CliHarness;
  /** Runs `callbacks load` with these options, which have no spaces in them. */
  load(url: string, options: string, env?: Readonly<Record<string, string>>): Promise<LoadRun>;
  /** Consumes the queue for the time of a test. Without a handler, every event is applied. */
  work(handle?: Parameters<typeof consume>[2]): void;
}

/** Opens a database and a queue for each test of the file that it is called in. */
export function useLoadHarness(): LoadHarness {
  const cli = useCli();
  return {
    cli: () => cli,
    async load(url, options, env = cli.env) {
      const args = ['load', '--no-stack', '--url', url, ...options.split(' '), '--json'];
      const ended = await callbacksHere(args, env);
      return { ...ended, report: JSON.parse(ended.stdout) };
    },
    work(handle = (_, apply) => apply()) {
      const worker = consume(cli, 'live', handle);
      onTestFinished(() => worker.close());
    },
  };
}
