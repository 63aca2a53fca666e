import { fileURLToPath } from 'node:url';

export interface ContenderEntry {
  /** For `--only` and the results. */
  readonly name: string;
  /** Where its jobs are. */
  readonly queue: 'bullmq' | 'pg-boss' | 'graphile-worker';
  /** `undefined` for the product's own worker, which is started as in production. */
  readonly program: string | undefined;
  readonly variant?: 'per-event' | 'set-based';
  /** The best of `concurrencies`, by `--calibrate` on two cores. */
  readonly concurrency: number;
  readonly concurrencies: readonly number[];
  readonly writesRows: boolean;
}

const perEvent = [5, 10, 20];

/** In the order of a round's first turn; each round begins one further on. */
export const contenderList: readonly ContenderEntry[] = [
  {
    name: 'ours',
    queue: 'bullmq',
    program: undefined,
    concurrency: 0,
    concurrencies: [],
    writesRows: true,
  },
  {
    name: 'noop',
    queue: 'bullmq',
    program: programOf('bullmq-noop'),
    concurrency: 100,
    concurrencies: [5, 10, 20, 50, 100, 200],
    writesRows: false,
  },
  {
    name: 'prisma',
    queue: 'bullmq',
    program: programOf('bullmq-prisma'),
    concurrency: 10,
    concurrencies: perEvent,
    writesRows: true,
  },
  ...(['pg-boss', 'graphile-worker'] as const).flatMap((queue) =>
    (['per-event', 'set-based'] as const).map((variant) => ({
      name: `${queue}-${variant}`,
      queue,
      program: programOf(queue),
      variant,
      concurrency: 10,
      concurrencies: variant === 'per-event' ? perEvent : [],
      writesRows: true,
    })),
  ),
];

function programOf(name: string): string {
  return fileURLToPath(new URL(`contenders/${name}.ts`, import.meta.url));
}
