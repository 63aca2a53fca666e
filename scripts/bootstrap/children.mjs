import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
/** @type {NodeJS.Signals | undefined} */
let stoppedBy;

const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 };
const shownLines = 40;
const checkNpmMs = 1_000;

/**
 * Passes each signal on to the children once. They run in process groups of their own: in one
 * group, a terminal would send Ctrl-C to them as well, and they would get it twice.
 */
export function exitOnSignals() {
  for (const signal of signals) process.on(signal, () => stop(signal));
  watchNpm(() => stop('SIGHUP'));
}

/** @param {NodeJS.Signals} signal */
function stop(signal) {
  stoppedBy ??= signal;
  process.exitCode = exitCodes[stoppedBy];
  for (const child of running) {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

/**
 * Runs a program to its end and shows its output at once.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env: NodeJS.ProcessEnv, cwd: string, ipc?: boolean }} options
 * `ipc` gives the child a channel that closes when this process ends, even if it is killed.
 * @returns {Promise<number>} its exit code
 */
export function runVisibly(program, args, { env, cwd, ipc = false }) {
  const stdio = ['ignore', 'inherit', 'inherit', ...(ipc ? ['ipc'] : [])];
  return finish(spawnGroup(program, args, { env, cwd, stdio }), program);
}

/**
 * Runs a program to its end with its output in a file, and shows the last lines if it fails.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env: NodeJS.ProcessEnv, cwd: string, logFile: string }} options
 * @throws when it fails
 */
export async function runQuietly(program, args, { env, cwd, logFile }) {
  await mkdir(dirname(logFile), { recursive: true });
  const child = spawnGroup(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const code = await finish(child, program);
  await new Promise((resolve) => {
    log.end(resolve);
  });
  if (code === 0) return;
  const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-shownLines);
  throw new Error(`${[program, ...args].join(' ')} failed:\n${lines.join('\n')}\n(${logFile})`);
}

/** Runs a program to its end and returns its output. */
export async function readOutput(program, args, { env, cwd }) {
  const child = spawnGroup(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  const code = await finish(child, program);
  if (code !== 0) throw new Error(`${[program, ...args].join(' ')} failed (exit code ${code}).`);
  return output;
}

function spawnGroup(program, args, options) {
  if (stoppedBy !== undefined) throw new Error(`Stopped by ${stoppedBy}.`);
  return spawn(program, args, { ...options, detached: true });
}

function finish(child, program) {
  running.add(child);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      running.delete(child);
      reject(new Error(`${program} could not be started: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      if (stoppedBy !== undefined && code !== 0) process.exitCode = exitCodes[stoppedBy];
      resolve(code ?? exitCodes[signal] ?? 1);
    });
  });
}

/**
 * Calls back when the npm that started this process is gone. npm passes SIGINT and SIGTERM on;
 * when npm is killed in another way, its script gets no signal.
 * @param {() => void} onGone
 */
function watchNpm(onGone) {
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
  }, checkNpmMs);
  timer.unref();
}

/** Returns false where there is no /proc. */
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
