import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../processes/leftover-process.ts';

/**
 * Returns the path of a directory for one server of this process; it does not exist yet. The name
 * has the id of the process, so that the next call can remove what a killed process has left.
 */
export async function temporaryDirectory(
  server: 'postgres' | 'redis' | 'pgbouncer',
): Promise<string> {
  const prefix = `sinch-callbacks-${server}-`;
  await sweep(prefix);
  return join(tmpdir(), `${prefix}${process.pid}-${randomBytes(6).toString('hex')}`);
}

async function sweep(prefix: string): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const owner = Number(/^\d+/.exec(name.slice(prefix.length))?.[0]);
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    // Directories of another user cannot be removed.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}
