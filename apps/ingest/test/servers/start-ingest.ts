import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { freePort, type ProcessExit, startProcess } from '@sinch-callbacks/dev-env/processes';

/** A line of the log that belongs to a request. */
export interface RequestLine {
  readonly outcome: string;
  readonly status: number;
  readonly [field: string]: unknown;
}

/** A running ingest, on either server. */
export interface StartedIngest {
  readonly webhookUrl: string;
  readonly healthUrl: string;
  readonly pid: number;
  /** All its output. */
  readonly output: () => string;
  /** The log lines of requests to the webhook, in order. */
  readonly requestLines: () => readonly RequestLine[];
  /** Stops it with SIGTERM. */
  readonly stop: () => Promise<ProcessExit>;
}

/**
 * Starts an ingest with these variables and no others.
 * @throws when it does not come up.
 */
export type StartIngest = (environment: Readonly<Record<string, string>>) => Promise<StartedIngest>;

type Variables = Readonly<Record<string, string>>;

/** A program that serves ingest, and the variables that set its port. */
interface IngestServer {
  readonly name: string;
  readonly file: string;
  readonly portVariables: (port: number) => Variables;
}

/**
 * Starts it on a free port with these variables and no others.
 * @throws when it does not come up.
 */
export async function startServer(
  { name, file, portVariables }: IngestServer,
  environment: Variables,
): Promise<StartedIngest> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const webhookUrl = `${origin}/api/sinch/webhook`;
  const chunks: Buffer[] = [];
  const output = () => Buffer.concat(chunks).toString();
  const started = await startProcess({
    name,
    command: process.execPath,
    args: [file],
    env: { ...portVariables(port), ...environment },
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

/** Parses every complete line of a log. */
export function linesIn(output: string): Readonly<Record<string, unknown>>[] {
  return output
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function requestLinesIn(output: string): RequestLine[] {
  return linesIn(output).filter(({ msg }) => msg === 'callback received') as RequestLine[];
}

export const listenerFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

const listener = {
  name: 'ingest (listener)',
  file: listenerFile,
  portVariables: (port: number) => ({ INGEST_PORT: String(port) }),
};

/** Starts the lean listener as it is deployed: from its sources. */
export const startListener: StartIngest = (environment) => startServer(listener, environment);
