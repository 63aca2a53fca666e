import { createWriteStream, type WriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** Paths of the programs that make up the stack, and of its command line. */
export const programs = {
  root,
  ingest: join(root, 'apps/ingest/.next/standalone/apps/ingest/server.js'),
  /** Next's own command, which compiles ingest again when its sources change. */
  nextCommand: join(root, 'apps/ingest/node_modules/next/dist/bin/next'),
  cli: join(root, 'apps/cli/src/main.ts'),
  listener: join(root, 'apps/ingest/src/main.ts'),
  migrate: join(root, 'apps/worker/src/migrate.ts'),
  worker: join(root, 'apps/worker/src/main.ts'),
  handlers: join(root, 'apps/handlers/src/main.ts'),
  /** The same with the handlers of a module, which its argument names. */
  handlersOfModule: join(root, 'apps/handlers/test/support/main-with-code.ts'),
  sender: join(root, 'apps/sender/src/main.ts'),
} as const;

/** The files and preferred ports of one stack. */
export interface StackPaths {
  readonly directory: string;
  readonly logs: string;
  readonly lock: string;
  readonly stackFile: string;
  readonly secret: string;
  /** The key of the list of erased people, and the list outside the database. */
  readonly erasureKey: string;
  readonly erasureLog: string;
  readonly postgres: string;
  readonly redis: string;
  readonly ports: PreferredPorts;
}

/** Ports that are used when they are free. Any free port is used where none is preferred. */
export interface PreferredPorts {
  readonly ingest?: number;
  readonly admin?: number;
  readonly handlers?: number;
  readonly sender?: number;
  readonly sinchApi?: number;
  readonly postgres?: number;
  readonly redis?: number;
}

const usualPorts: PreferredPorts = {
  ingest: 3000,
  admin: 3001,
  handlers: 3002,
  sender: 3003,
  sinchApi: 3004,
  postgres: 5433,
  redis: 6380,
};

/**
 * @param own a folder for a stack beside others, which does not use the usual ports: two stacks
 *   that start at once would both find them free. `.dev` of this clone when absent
 */
export function stackPaths(own?: string): StackPaths {
  const directory = own ?? join(root, '.dev');
  const inside = (name: string) => resolve(directory, name);
  return {
    directory: resolve(directory),
    logs: inside('logs'),
    lock: inside('start.pid'),
    stackFile: inside('stack.json'),
    secret: inside('webhook-secret'),
    erasureKey: inside('erasure-key'),
    erasureLog: inside('erasures.jsonl'),
    postgres: inside('postgres'),
    redis: inside('redis'),
    ports: own === undefined ? usualPorts : {},
  };
}

/** Opens the log file of one process, which each run overwrites. */
export function logFile(paths: StackPaths, name: string): WriteStream {
  return createWriteStream(join(paths.logs, `${name}.log`), { mode: 0o600 });
}
