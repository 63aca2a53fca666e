import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import type { StartedProcess } from '../../processes/start-process.ts';
import { until } from '../../processes/until.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { queryRows } from './query-database.ts';

export interface PostgresServer {
  /** Given from outside, run from the binaries that npm installed, or in a container. */
  readonly kind: 'given' | 'embedded' | 'container';
  /** The address of its database `postgres`, or of the given one. */
  readonly url: string;
  /** The directory of its data, when it was started here. It may differ from `dataDir`. */
  readonly directory?: string;
  /** Resolves with its last lines when the server exits; never for a given one. */
  readonly ended: Promise<string>;
  /** Its process, when it was started here as one. */
  readonly process?: StartedProcess;
  /** Stops a server that was started here. Without a `dataDir`, its data is removed. */
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** The directory of data that is kept, for one server at a time. A container keeps none. */
  readonly dataDir?: string;
  /** The preferred port; another is used when it is taken. */
  readonly port?: number;
  readonly log?: Writable;
  /** The environment with `TEST_DATABASE_URL` and `TEST_POSTGRES_IMAGE`. */
  readonly env?: NodeJS.ProcessEnv;
}

const defaultImage = 'postgres:18-alpine';
const answerTimeoutMs = 30_000;

/**
 * Opens a real Postgres: the given one, else npm's binaries for this platform, else a container. A
 * started one listens on loopback only, has a random password, and stops with this process.
 * @throws when the given one does not answer, or when none can be started.
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
 * Starts Postgres in a container, without durability.
 * @throws when no Docker engine answers or the image cannot be pulled.
 */
export async function startPostgresContainer(image = defaultImage): Promise<PostgresServer> {
  // Imported here because it takes half a second, and most runs need no container.
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
  // The image restarts its server once after its set-up, so an open port proves little.
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
      `No Postgres found: npm has no binaries for ${process.platform}-${process.arch}, and no ` +
        'container started. Start one yourself and set TEST_DATABASE_URL to its address.',
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
