import { readFileSync } from 'node:fs';

const checkMs = 1_000;

/**
 * Calls back when the npm that started this process is gone. npm passes SIGINT and SIGTERM on,
 * but when it is killed in another way nobody else tells its script.
 * @param {() => void} onGone
 */
export function watchNpm(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  // Some shells stay between npm and its script; they outlive npm as well.
  const grandparent = isShell(parent) ? parentOf(parent) : undefined;
  const isGone = () =>
    process.ppid !== parent || (grandparent !== undefined && parentOf(parent) !== grandparent);
  const timer = setInterval(() => {
    if (!isGone()) return;
    clearInterval(timer);
    onGone();
  }, checkMs);
  timer.unref();
}

/** Only where there is a /proc. */
function isShell(pid) {
  return readProc(pid, 'cmdline').split('\0')[1] === '-c';
}

function parentOf(pid) {
  return / (\d+) /.exec(readProc(pid, 'stat').replace(/^.*\) ./s, ''))?.[1];
}

function readProc(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
