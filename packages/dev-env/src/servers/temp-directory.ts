import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../processes/leftover-process.ts';

/**
 * The path of a directory for one server of this process; it does not exist yet.
 * The name carries the process's id, so that what a killed process left can be swept up here.
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
    // Another user's stay where they are.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}
