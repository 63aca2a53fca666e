import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Finds the user that root runs Postgres as, since Postgres refuses to run as root: `postgres`, or
 * else the unprivileged default user. `undefined` when the caller is not root.
 * @throws when neither user exists.
 */
export async function findPostgresUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8'));
  // cspell:disable-next-line
  const user = ['postgres', 'nobody'].flatMap((name) => users.get(name) ?? [])[0];
  if (user) return user;
  throw new Error('Postgres does not run as root: add a user named postgres, or run as another.');
}

/** Returns true when this user can enter the directory, which a parent of mode 700 prevents. */
export async function canReach(user: SystemUser, directory: string): Promise<boolean> {
  const { uid, gid } = user;
  const attempt = promisify(execFile)('/bin/sh', ['-c', 'cd -- "$1"', 'sh', directory], {
    uid,
    gid,
    cwd: '/',
  });
  return attempt.then(
    () => true,
    () => false,
  );
}

function parsePasswd(text: string): Map<string, SystemUser> {
  const users = text.split('\n').map((line) => {
    const [name = '', , uid, gid] = line.split(':');
    return { name, uid: Number(uid), gid: Number(gid) };
  });
  return new Map(users.map((user) => [user.name, user]));
}

/**
 * Creates a directory that `user` can reach: `preferred`, or, when the user cannot enter a parent
 * of it, a directory for temporary files that is named after it. The same `preferred` always gives
 * the same directory.
 * @throws when no directory works; the message names those tried.
 */
export async function makeReachableDirectory(
  preferred: string,
  user: SystemUser | undefined,
): Promise<string> {
  const wanted = resolve(preferred);
  const digest = createHash('sha256').update(wanted).digest('hex');
  const standIn = `sinch-callbacks-${digest.slice(0, 12)}`;
  // /var/tmp comes first: it survives a restart of the machine.
  const places = [wanted, ...['/var/tmp', tmpdir(), '/tmp'].map((place) => join(place, standIn))];
  const faults: string[] = [];
  for (const place of places) {
    const fault = await tryPlace(place, user);
    if (fault === undefined) return place;
    faults.push(`${place}: ${fault}`);
  }
  throw new Error(
    `Postgres has no directory for its data. Tried:\n${faults.join('\n')}\n` +
      'Use a directory whose parents all have mode 755, or run as a user other than root.',
  );
}

async function tryPlace(place: string, user: SystemUser | undefined): Promise<string | undefined> {
  try {
    const made = await mkdir(place, { recursive: true, mode: 0o755 });
    // In a directory that all users can write to, another user may have created it first.
    const { uid } = await lstat(place);
    if (process.getuid !== undefined && uid !== process.getuid()) return 'belongs to another user';
    if (user === undefined || (await canReach(user, place))) return undefined;
    if (made !== undefined) await rm(made, { recursive: true });
    return `user ${user.name} cannot reach it`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
