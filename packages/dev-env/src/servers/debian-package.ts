import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

export interface DebianPackages {
  /** The name of the folder in the cache. */
  readonly name: string;
  readonly packages: readonly string[];
  /** The program's path below the root, such as `usr/bin/redis-server`. It accepts `--version`. */
  readonly program: string;
}

export interface UnpackedProgram {
  readonly path: string;
  /** Folders of shared libraries that are missing on the machine. */
  readonly libraryFolders: readonly string[];
  /** The unpacked tree: with it, the program can be copied elsewhere. */
  readonly root: string;
}

export type DebianProgram =
  | { readonly kind: 'found'; readonly program: UnpackedProgram }
  | { readonly kind: 'missing'; readonly reason: string };

const downloadTimeoutMs = 60_000;
const updateTimeoutMs = 120_000;
const commandTimeoutMs = 10_000;
/** Libraries need libraries: two rounds are enough today. */
const maxRounds = 4;

/**
 * Fetches a program of Debian or Ubuntu without installing it: downloads the packages and missing
 * libraries, and unpacks them into a cache folder. Needs no root where apt's lists exist. Never
 * throws.
 */
export async function fetchDebianProgram(
  wanted: DebianPackages,
  env: NodeJS.ProcessEnv,
): Promise<DebianProgram> {
  const apt = await findExecutable(['apt-get'], env['PATH']);
  const dpkg = await findExecutable(['dpkg'], env['PATH']);
  if (apt === undefined || dpkg === undefined) return missing('no apt-get: not Debian or Ubuntu');
  try {
    const cache = await makeCacheFolder(env);
    const unpacked = join(cache, wanted.name);
    const cached = await findProgram(unpacked, wanted);
    if (cached) return { kind: 'found', program: cached };

    const working = await mkdtemp(join(cache, 'unfinished-'));
    try {
      await unpackWithLibraries(working, wanted);
      await putInPlace(join(working, 'root'), unpacked, wanted);
    } finally {
      await rm(working, { recursive: true, force: true });
    }
    const program = await findProgram(unpacked, wanted);
    return program
      ? { kind: 'found', program }
      : missing(`the packages have no ${basename(wanted.program)} that starts`);
  } catch (error) {
    return missing(error instanceof Error ? error.message.trim() : String(error));
  }
}

function missing(reason: string): DebianProgram {
  return { kind: 'missing', reason: `Debian's packages: ${reason}` };
}

async function makeCacheFolder(env: NodeJS.ProcessEnv): Promise<string> {
  const folder = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'sinch-callbacks');
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Finds the program in an unpacked tree, if it starts on this machine. */
async function findProgram(
  root: string,
  { program }: DebianPackages,
): Promise<UnpackedProgram | undefined> {
  const path = await findExecutable([basename(program)], join(root, dirname(program)));
  if (path === undefined) return undefined;
  const libraryFolders = await foldersOfLibraries(root);
  const answer = run(path, ['--version'], {
    timeoutMs: commandTimeoutMs,
    env: { LD_LIBRARY_PATH: libraryFolders.join(':') },
  });
  return answer.then(
    () => ({ path, libraryFolders, root }),
    () => undefined,
  );
}

/** Moves the fresh tree into place, unless another process has put a working one there. */
async function putInPlace(fresh: string, unpacked: string, wanted: DebianPackages): Promise<void> {
  if (await findProgram(unpacked, wanted)) return;
  await rm(unpacked, { recursive: true, force: true });
  await rename(fresh, unpacked);
}

async function foldersOfLibraries(root: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  const libraries = names.filter((name) => /\.so(\.\d+)*$/.test(name));
  return [...new Set(libraries.map((name) => join(root, dirname(name))))];
}

async function unpackWithLibraries(
  working: string,
  { packages: first }: DebianPackages,
): Promise<void> {
  const packages = join(working, 'packages');
  const root = join(working, 'root');
  await mkdir(packages);
  await mkdir(root);
  const fetched = new Set<string>();
  let wanted = [...first];
  for (let round = 0; round < maxRounds && wanted.length > 0; round += 1) {
    await download(wanted, packages);
    for (const name of wanted) fetched.add(name);
    wanted = [];
    for (const file of await readdir(packages)) {
      const path = join(packages, file);
      await run('dpkg', ['--extract', path, root], { timeoutMs: commandTimeoutMs });
      wanted.push(...(await missingLibraries(path)));
      await rm(path);
    }
    wanted = [...new Set(wanted)].filter((name) => !fetched.has(name));
  }
}

async function download(names: readonly string[], into: string): Promise<void> {
  const attempt = () =>
    run('apt-get', ['download', ...names], { cwd: into, timeoutMs: downloadTimeoutMs });
  try {
    await attempt();
  } catch (error) {
    // The lists are missing or old. Only root can update them.
    if (process.getuid?.() !== 0) throw error;
    await run('apt-get', ['update'], { timeoutMs: updateTimeoutMs });
    await attempt();
  }
}

/** Lists packages of libraries that this package needs and the machine lacks. */
async function missingLibraries(packageFile: string): Promise<string[]> {
  const field = await run('dpkg-deb', ['--field', packageFile, 'Depends'], {
    timeoutMs: commandTimeoutMs,
  });
  const names = field.split(',').map((one) => /^[a-z0-9.+-]+/.exec(one.trim())?.[0] ?? '');
  const libraries = names.filter((name) => /^(lib|lua)/.test(name));
  const installed = await Promise.all(libraries.map(isInstalled));
  return libraries.filter((_, place) => !installed[place]);
}

async function isInstalled(name: string): Promise<boolean> {
  const args = ['--show', '--showformat', '${Status}', name];
  return run('dpkg-query', args, { timeoutMs: commandTimeoutMs }).then(
    (status) => status.endsWith(' installed'),
    () => false,
  );
}

/** Finds the first of these names that is an executable file in a folder of `searchPath`. */
export async function findExecutable(
  names: readonly string[],
  searchPath: string | undefined,
): Promise<string | undefined> {
  const folders = (searchPath ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const path of folders.flatMap((folder) => names.map((name) => join(folder, name)))) {
    const isExecutable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isExecutable) return path;
  }
  return undefined;
}

interface RunOptions {
  readonly timeoutMs: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a program to its end and returns its output.
 * @throws when it fails or takes too long; the message has its error output.
 */
async function run(
  command: string,
  args: readonly string[],
  { timeoutMs, ...options }: RunOptions,
): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...args], {
    timeout: timeoutMs,
    encoding: 'utf8',
    ...options,
  });
  return stdout;
}
