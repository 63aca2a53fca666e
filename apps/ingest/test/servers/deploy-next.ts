import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type StartIngest, startServer } from './start-ingest.ts';

const standalone = fileURLToPath(new URL('../../.next/standalone', import.meta.url));
const serverFile = 'apps/ingest/server.js';

export interface Deployment {
  readonly start: StartIngest;
  readonly remove: () => Promise<void>;
}

/**
 * Copies Next's standalone output to a folder of its own, as a deployment does. There it finds
 * no module of the repository's, so it must hold every file that the queue's drivers need.
 * @throws when there is no build.
 */
export async function deployNext(): Promise<Deployment> {
  if (!existsSync(join(standalone, serverFile))) {
    throw new Error('apps/ingest is not built: run `pnpm build` first.');
  }
  const directory = await mkdtemp(join(tmpdir(), 'sinch-ingest-'));
  await cp(standalone, directory, { recursive: true, verbatimSymlinks: true });
  const server = {
    name: 'ingest (Next)',
    file: join(directory, serverFile),
    portVariables: (port: number) => ({ HOSTNAME: '127.0.0.1', PORT: String(port) }),
  };
  return {
    start: (environment) => startServer(server, environment),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
