import { fileURLToPath } from 'node:url';

export interface IngestEntry {
  /** For `--only` and the results. */
  readonly name: string;
  readonly path: string;
  /** The arguments of node. */
  readonly args: (nextServer: string) => readonly string[];
  readonly needsNext: boolean;
  /** Whether an answer of 200 means a job in Redis. */
  readonly queues: boolean;
}

const webhook = '/api/sinch/webhook';
const listener = programAt('../../apps/ingest/src/main.ts');
const bare = programAt('contenders/bare.ts');
const preload = new URL('let-bench-through.ts', import.meta.url).href;
const next = (server: string) => ['--import', preload, server];

/** In the order of a round's first turn; each round begins one further on. */
export const ingestList: readonly IngestEntry[] = [
  { name: 'next', path: webhook, args: next, needsNext: true, queues: true },
  { name: 'next-noop', path: '/api/bench/noop', args: next, needsNext: true, queues: false },
  {
    name: 'next-noop-api',
    path: '/api/bench/noop-api',
    args: next,
    needsNext: true,
    queues: false,
  },
  {
    name: 'next-tutorial',
    path: '/api/bench/tutorial',
    args: next,
    needsNext: true,
    queues: false,
  },
  { name: 'listener', path: webhook, args: () => [listener], needsNext: false, queues: true },
  { name: 'bare', path: webhook, args: () => [bare], needsNext: false, queues: true },
];

function programAt(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
