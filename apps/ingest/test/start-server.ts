import { Writable } from 'node:stream';
import { freePort, startProcess } from '@sinch-callbacks/dev-env/processes';
import type { RequestLine, StartedIngest } from './started-ingest.ts';

type Variables = Readonly<Record<string, string>>;

/** A program that serves ingest, and the variables that tell it where. */
export interface IngestServer {
  readonly name: string;
  readonly file: string;
  readonly place: (port: number) => Variables;
}

/**
 * Starts it on a free port with these variables and no others.
 * @throws when it does not come up.
 */
export async function startServer(
  { name, file, place }: IngestServer,
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
    env: { ...place(port), ...environment },
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

/** Every line of a log that is there whole. */
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
