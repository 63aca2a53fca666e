import { readFileSync } from 'node:fs';

/** Whether a process has this id. One that has ended and was not reaped does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    if (errorCode(error) !== 'EPERM') return false;
  }
  return !isZombie(pid);
}

/** Only where there is a /proc; elsewhere nothing is taken for a zombie. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

function errorCode(error: unknown): string | undefined {
  const hasCode = error instanceof Error && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}
