import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { freePort, startProcess } from '@sinch-callbacks/testing/processes';
import type { RequestLine, StartIngest } from './started-ingest.ts';

const standalone = fileURLToPath(new URL('../.next/standalone', import.meta.url));
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
  return {
    start: (environment) => startServer(join(directory, serverFile), environment),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function startServer(
  file: string,
  environment: Parameters<StartIngest>[0],
): ReturnType<StartIngest> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const webhookUrl = `${origin}/api/sinch/webhook`;
  const chunks: Buffer[] = [];
  const output = () => Buffer.concat(chunks).toString();
  const started = await startProcess({
    name: 'ingest (Next)',
    command: process.execPath,
    args: [file],
    env: { HOSTNAME: '127.0.0.1', PORT: String(port), ...environment },
    readyWhen: { kind: 'http', url: webhookUrl, status: 405 },
    log: new Writable({
      write(chunk: string | Buffer, _encoding, done) {
        chunks.push(Buffer.from(chunk));
        done();
      },
    }),
  });
  return {
    webhookUrl,
    healthUrl: `${origin}/api/health`,
    pid: started.pid,
    output,
    requestLines: () => requestLinesIn(output()),
    stop: () => started.stop(),
  };
}

function requestLinesIn(output: string): RequestLine[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.includes('"callback received"'))
    .map((line) => JSON.parse(line) as RequestLine);
}
