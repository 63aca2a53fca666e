import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The programs that make up the stack. */
export const programs = {
  root,
  ingest: join(root, 'apps/ingest/.next/standalone/apps/ingest/server.js'),
  migrate: join(root, 'apps/worker/src/migrate.ts'),
  worker: join(root, 'apps/worker/src/main.ts'),
} as const;

/** Where one stack keeps what it keeps. */
export interface Places {
  readonly directory: string;
  readonly logs: string;
  readonly lock: string;
  readonly stackFile: string;
  readonly secret: string;
  readonly postgres: string;
  readonly redis: string;
}

/** @param directory `.dev` of this clone when absent. */
export function placesIn(directory = join(root, '.dev')): Places {
  const inside = (name: string) => resolve(directory, name);
  return {
    directory: resolve(directory),
    logs: inside('logs'),
    lock: inside('start.pid'),
    stackFile: inside('stack.json'),
    secret: inside('webhook-secret'),
    postgres: inside('postgres'),
    redis: inside('redis'),
  };
}
