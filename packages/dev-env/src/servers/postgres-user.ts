import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Postgres refuses to run as root, so root runs it as `postgres`, or as `nobody` where there is
 * no such user: nothing is added to the machine. `undefined` when the caller is not root.
 * @throws when root finds neither.
 */
export async function findPostgresUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8'));
  const user = ['postgres', 'nobody'].flatMap((name) => users.get(name) ?? [])[0];
  if (user) return user;
  throw new Error('Postgres does not run as root: add a user named postgres, or run as another.');
}

/** Whether this user can reach the directory: a parent of mode 700 hides all that is below. */
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
