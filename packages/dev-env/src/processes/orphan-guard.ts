import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Ends process groups whose starter is gone.
 *
 * A starter that is killed with SIGKILL cannot stop its children, and children in groups of
 * their own do not feel the terminal's Ctrl-C. So one small shell per starter reads, from a
 * pipe, which groups live; the pipe ends with the starter, however it ends, and then the shell
 * stops what is left, the youngest first: gently, and after five seconds with SIGKILL.
 */
export interface OrphanGuard {
  watch(processGroup: number, stopSignal: NodeJS.Signals): void;
  forget(processGroup: number): void;
}

const script = `
living=
while read -r word group signal; do
  case $word in
    watch) living="$signal:$group $living" ;;
    forget) kept=; for one in $living; do [ "\${one#*:}" = "$group" ] || kept="$kept $one"; done; living=$kept ;;
  esac
done
for one in $living; do
  signal=\${one%%:*} group=\${one#*:} round=0
  kill -s "$signal" -- "-$group" 2>/dev/null
  while [ $round -lt 50 ] && kill -s 0 -- "-$group" 2>/dev/null; do sleep 0.1; round=$((round + 1)); done
  kill -s KILL -- "-$group" 2>/dev/null
done
`;

let shell: ChildProcess | undefined;

/** The one guard of this process; started with the first group it has to watch. */
export const orphanGuard: OrphanGuard = {
  watch: (group, stopSignal) => tell(`watch ${group} ${stopSignal.replace('SIG', '')}`),
  forget: (group) => tell(`forget ${group}`),
};

function tell(line: string): void {
  shell ??= startShell();
  shell.stdin?.write(`${line}\n`);
}

function startShell(): ChildProcess {
  // Detached: the terminal's Ctrl-C and hang-up must not reach it before its work is done.
  const started = spawn('/bin/sh', ['-c', script, 'orphan-guard'], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  started.on('error', () => {
    shell = undefined;
  });
  started.stdin?.on('error', () => {
    shell = undefined;
  });
  // It neither keeps its starter alive nor has to be closed: it ends with the pipe.
  started.unref();
  if (started.stdin instanceof Socket) started.stdin.unref();
  return started;
}
