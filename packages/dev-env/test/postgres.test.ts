import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort, type StartedProcess, startProcess } from '../src/processes/index.ts';
import { createDatabase, type PostgresServer, startPostgres } from '../src/servers/index.ts';

const env = { ...process.env, TEST_DATABASE_URL: undefined };

describe('startPostgres', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ env });
  });
  afterAll(() => server.close());

  test('is a real Postgres 18 that takes many connections at once', async () => {
    const versions = await Promise.all(
      Array.from({ length: 20 }, () => ask(server.url, 'SHOW server_version_num')),
    );

    for (const version of versions) expect(version).toMatch(/^18\d{4}$/);
  });

  test('refuses a connection without its password', async () => {
    const url = new URL(server.url);
    url.password = 'postgres';

    await expect(ask(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  });

  test('cannot be reached over the network', async () => {
    const addresses = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter((one) => !one.internal && one.family === 'IPv4');

    for (const { address } of addresses) {
      await expect(canConnect(address, Number(new URL(server.url).port))).resolves.toBe(false);
    }
  });

  test('gives each caller a database of its own, from a template too', async () => {
    const template = await createDatabase(server.url);
    await ask(template.url, 'CREATE TABLE mark AS SELECT 42 AS answer; SELECT answer FROM mark');
    const copies = await Promise.all(
      [1, 2].map(() => createDatabase(server.url, undefined, { template: template.name })),
    );

    for (const copy of copies) {
      await expect(ask(copy.url, 'SELECT answer FROM mark')).resolves.toBe('42');
    }
    await Promise.all([template, ...copies].map((database) => database.drop()));
    await expect(ask(template.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });

  test('drops a database that still has a client, and a second drop is no error', async () => {
    const database = await createDatabase(server.url, 'still_in_use');
    const client = new pg.Client(database.url);
    client.on('error', () => undefined);
    await client.connect();

    await database.drop();

    await expect(database.drop()).resolves.toBeUndefined();
    await client.end().catch(() => undefined);
  });

  test('takes another port when the one it is asked for is taken', async () => {
    const taken = Number(new URL(server.url).port);
    const other = await startPostgres({ env, port: taken });
    onTestFinished(() => other.close());

    expect(new URL(other.url).port).not.toBe(String(taken));
  });
});

describe('a Postgres given by its address', () => {
  test('is used as it is and left running', async () => {
    const server = await startPostgres({ env });
    onTestFinished(() => server.close());

    const given = await startPostgres({ env: { TEST_DATABASE_URL: server.url } });
    await given.close();

    expect(given).toMatchObject({ kind: 'given', url: server.url });
    await expect(ask(server.url, 'SELECT 1')).resolves.toBe('1');
  });

  test('is named when it does not answer, without its password', async () => {
    const url = `postgresql://user:hidden@127.0.0.1:${await freePort()}/postgres`;

    const starting = startPostgres({ env: { TEST_DATABASE_URL: url } });

    await expect(starting).rejects.toThrow('The Postgres of TEST_DATABASE_URL does not answer.');
    await expect(starting).rejects.not.toThrow(/hidden/);
  });
});

describe('a data directory that is kept', () => {
  test('holds its rows from run to run, with durability on', async () => {
    const dataDir = await temporaryDirectory();
    const first = await startPostgres({ env, dataDir });
    await ask(first.url, 'CREATE TABLE kept AS SELECT 1 AS row; SELECT 1');
    await expect(ask(first.url, 'SHOW fsync')).resolves.toBe('on');
    await first.close();

    const second = await startPostgres({ env, dataDir });
    onTestFinished(() => second.close());

    await expect(ask(second.url, 'SELECT row FROM kept')).resolves.toBe('1');
  });

  test('is used by the next run after a kill, which stops the server that still runs', async () => {
    const dataDir = await temporaryDirectory();
    const owner = await startOwner(dataDir);
    const oldUrl = /url (\S+)/.exec(owner.lastLines())?.[1] ?? '';
    await ask(oldUrl, 'CREATE TABLE kept AS SELECT 1 AS row; SELECT 1');
    killGuardOf(owner.pid);
    await owner.kill();
    await expect(ask(oldUrl, 'SELECT row FROM kept')).resolves.toBe('1');

    const next = await startPostgres({ env, dataDir });
    onTestFinished(() => next.close());

    await expect(ask(next.url, 'SELECT row FROM kept')).resolves.toBe('1');
    await expect(canConnect('127.0.0.1', Number(new URL(oldUrl).port))).resolves.toBe(false);
  });

  test('starts beside a pid file whose id now belongs to another process', async () => {
    const dataDir = await temporaryDirectory();
    const first = await startPostgres({ env, dataDir });
    const pidFile = join(dataDir, 'cluster', 'postmaster.pid');
    const stale = (await readFile(pidFile, 'utf8')).replace(/^\d+/, String(process.pid));
    await first.close();
    await writeFile(pidFile, stale);

    const second = await startPostgres({ env, dataDir });
    onTestFinished(() => second.close());

    await expect(ask(second.url, 'SELECT 1')).resolves.toBe('1');
  });
});

test.runIf(process.getuid?.() === 0)(
  'data that the user of Postgres cannot reach is kept elsewhere, always in the same place',
  async () => {
    const dataDir = join(await mkdtemp(join(tmpdir(), 'sinch-callbacks-closed-')), 'data');
    onTestFinished(() => rm(dirname(dataDir), { recursive: true }));
    const first = await startPostgres({ env, dataDir });
    onTestFinished(() => rm(first.directory ?? '', { recursive: true }));
    await ask(first.url, 'CREATE TABLE kept AS SELECT 1 AS row; SELECT 1');
    await first.close();

    const second = await startPostgres({ env, dataDir });
    onTestFinished(() => second.close());

    expect(second.directory).toBe(first.directory);
    expect(second.directory).not.toContain(dataDir);
    await expect(ask(second.url, 'SELECT row FROM kept')).resolves.toBe('1');
  },
);

/** Starts another process that starts a server on this directory and prints its address. */
function startOwner(dataDir: string): Promise<StartedProcess> {
  const module = new URL('../src/servers/index.ts', import.meta.url).href;
  const code = `import(${JSON.stringify(module)}).then(async ({ startPostgres }) => {
    const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)} });
    console.log('url ' + server.url);
    setInterval(() => {}, 1000);
  })`;
  return startProcess({
    command: process.execPath,
    args: ['-e', code],
    env,
    readyWhen: { kind: 'line', pattern: /^url / },
  });
}

/** Kills the orphan guard, so that the children of a killed process keep running. */
function killGuardOf(pid: number): void {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  for (const child of children) {
    const isGuard = readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('orphan-guard');
    if (isGuard) process.kill(Number(child), 'SIGKILL');
  }
}

/** Creates a directory that every user can reach, which those of mkdtemp are not. */
async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sinch-callbacks-test-'));
  await chmod(directory, 0o755);
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Returns the first column of the last statement's first row, as text. */
async function ask(url: string, sql: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const answers = [await client.query<unknown[]>({ text: sql, rowMode: 'array' })].flat();
    return String(answers.at(-1)?.rows[0]?.[0]);
  } finally {
    await client.end();
  }
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const finish = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
  });
}
