import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import type { StartedProcess } from '../../processes/start-process.ts';
import { until } from '../../processes/until.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { queryRows } from './query-database.ts';

export interface PostgresServer {
  /** Given from outside, run from the binaries that npm installed, or in a container. */
  readonly kind: 'given' | 'embedded' | 'container';
  /** Of its database `postgres`, or of the one given. */
  readonly url: string;
  /** Where its data is, when it was started here; not `dataDir` if Postgres could not reach that. */
  readonly directory?: string;
  /** Resolves with its last lines when the server ends by itself; never for a given one. */
  readonly ended: Promise<string>;
  /** Where it was started here as a process: to kill it, for one. */
  readonly process?: StartedProcess;
  /** Stops what was started. Data without a `dataDir` goes with it. */
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** Where data is kept from run to run; one server at a time. A container keeps none. */
  readonly dataDir?: string;
  /** Taken if it is free, and another if it is not. */
  readonly port?: number;
  readonly log?: Writable;
  /** `TEST_DATABASE_URL` and `TEST_POSTGRES_IMAGE` are read from it. */
  readonly env?: NodeJS.ProcessEnv;
}

const defaultImage = 'postgres:18-alpine';
const answerTimeoutMs = 30_000;

/**
 * A real Postgres: the one given, else the binaries of this platform from npm, else a container.
 * What it starts listens on loopback only, with a random password, and ends with this process.
 * @throws when the given one does not answer, or when no other can be had.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const env = options.env ?? process.env;
  const given = env['TEST_DATABASE_URL'];
  if (given) {
    await checkGiven(given);
    return { kind: 'given', url: given, ended: new Promise(() => {}), close: async () => {} };
  }
  const embedded = await startEmbeddedPostgres(options);
  if (embedded === undefined) return containerOrAdvice(env['TEST_POSTGRES_IMAGE']);
  return {
    kind: 'embedded',
    url: embedded.url,
    directory: embedded.directory,
    process: embedded.process,
    ended: embedded.process.exited.then(() => embedded.process.lastLines()),
    close: () => embedded.close(),
  };
}

/**
 * Postgres in a container, without durability.
 * @throws when no Docker engine answers or the image cannot be had.
 */
export async function startPostgresContainer(image = defaultImage): Promise<PostgresServer> {
  // Loaded here because it takes half a second, which the usual way need not spend.
  const { startContainer } = await import('../container.ts');
  const password = randomBytes(24).toString('hex');
  const container = await startContainer({
    image,
    port: 5432,
    command: ['postgres', '-c', 'fsync=off'],
    environment: {
      POSTGRES_USER: 'postgres',
      POSTGRES_DB: 'postgres',
      POSTGRES_PASSWORD: password,
    },
  });
  const url = `postgresql://postgres:${password}@${container.host}:${container.port}/postgres`;
  // The image restarts its server once after setting up: a port that opens says little.
  await until(() => queryRows(url, 'SELECT 1').then(() => true), {
    what: `Postgres in ${image} to answer`,
    timeoutMs: answerTimeoutMs,
    intervalMs: 100,
  });
  return { kind: 'container', url, ended: new Promise(() => {}), close: () => container.close() };
}

async function containerOrAdvice(image: string | undefined): Promise<PostgresServer> {
  try {
    return await startPostgresContainer(image);
  } catch (error) {
    throw new Error(
      `No Postgres to be had: npm has no binaries for ${process.platform}-${process.arch}, and no ` +
        'container came up. Start one yourself and give its address as TEST_DATABASE_URL.',
      { cause: error },
    );
  }
}

async function checkGiven(url: string): Promise<void> {
  try {
    await queryRows(url, 'SELECT 1');
  } catch (error) {
    throw new Error('The Postgres of TEST_DATABASE_URL does not answer.', { cause: error });
  }
}
