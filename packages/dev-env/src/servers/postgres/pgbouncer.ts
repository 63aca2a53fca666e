import { chown, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { freePort } from '../../processes/free-port.ts';
import { startProcess } from '../../processes/start-process.ts';
import { fetchDebianProgram, type UnpackedProgram } from '../debian-package.ts';
import { temporaryDirectory } from '../temp-directory.ts';
import { findPostgresUser, makeReachableDirectory } from './postgres-user.ts';

/** A real PgBouncer in transaction mode, in front of one Postgres. */
export interface PgBouncer {
  readonly kind: 'started';
  /** Returns the URL of a database of that Postgres, with the pooler's host and port. */
  poolerUrl(databaseUrl: string): string;
  close(): Promise<void>;
}

export type NoPgBouncer = { readonly kind: 'unavailable'; readonly reason: string };

/**
 * Starts Debian's PgBouncer, unpacked into a cache and not installed, on loopback only. It logs in
 * at Postgres as the user of `postgresUrl` for every client, and stops with this process. Root runs
 * it as another user, since it refuses to run as root.
 */
export async function startPgBouncer(
  postgresUrl: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<PgBouncer | NoPgBouncer> {
  const found = await fetchDebianProgram(packages, env);
  if (found.kind === 'missing') return { kind: 'unavailable', reason: found.reason };
  const user = await findPostgresUser();
  const home = await makeReachableDirectory(await temporaryDirectory('pgbouncer'), user);
  const discard = async () => await rm(home, { recursive: true, force: true });
  try {
    const program = await copyTo(home, found.program);
    const port = await freePort();
    const configFile = join(home, 'pgbouncer.ini');
    await writeFile(configFile, configuration(new URL(postgresUrl), port), { mode: 0o600 });
    if (user) await chown(configFile, user.uid, user.gid);
    const bouncer = await startProcess({
      name: 'pgbouncer',
      command: program.path,
      args: [configFile],
      cwd: home,
      env: { PATH: env['PATH'], LD_LIBRARY_PATH: program.libraryFolders.join(':') },
      readyWhen: { kind: 'line', pattern: /process up/ },
      stopSignal: 'SIGINT',
      ...(user && { user }),
    });
    return {
      kind: 'started',
      poolerUrl: (databaseUrl) =>
        Object.assign(new URL(databaseUrl), { host: `127.0.0.1:${port}` }).href,
      async close() {
        await bouncer.kill();
        await discard();
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

const packages = {
  name: 'debian-pgbouncer',
  packages: ['pgbouncer'],
  program: 'usr/sbin/pgbouncer',
};

/** Copies the program, since other users cannot read root's cache. */
async function copyTo(home: string, program: UnpackedProgram): Promise<UnpackedProgram> {
  const root = join(home, 'root');
  await mkdir(root);
  await cp(program.root, root, { recursive: true, verbatimSymlinks: true });
  const moved = (path: string) => join(root, relative(program.root, path));
  const libraryFolders = program.libraryFolders.map(moved);
  return { path: moved(program.path), libraryFolders, root };
}

/** Returns a configuration file: in arguments, other users could read the password. */
function configuration({ hostname, port, username, password }: URL, ownPort: number): string {
  const login = `user=${decodeURIComponent(username)} password=${decodeURIComponent(password)}`;
  return [
    '[databases]',
    `* = host=${hostname} port=${port || 5432} ${login}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${ownPort}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'max_client_conn = 200',
    'default_pool_size = 20',
    '',
  ].join('\n');
}
