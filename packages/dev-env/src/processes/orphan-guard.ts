import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * A guard that stops process groups whose starter has exited.
 *
 * A starter that is killed with SIGKILL cannot stop its children, and the terminal's Ctrl-C does
 * not reach children in other groups. So each starter has a small shell that reads the live groups
 * from a pipe. The pipe closes when the starter exits; then the shell stops the remaining groups,
 * the youngest first: with their stop signal, and after five seconds with SIGKILL.
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
    forget)
      kept=
      for one in $living; do [ "\${one#*:}" = "$group" ] || kept="$kept $one"; done
      living=$kept ;;
  esac
done
for one in $living; do
  signal=\${one%%:*} group=\${one#*:} round=0
  kill -s "$signal" -- "-$group" 2>/dev/null
  while [ $round -lt 50 ] && kill -s 0 -- "-$group" 2>/dev/null; do
    sleep 0.1
    round=$((round + 1))
  done
  kill -s KILL -- "-$group" 2>/dev/null
done
`;

let shell: ChildProcess | undefined;

/** The one guard of this process; it starts with the first group. */
export const orphanGuard: OrphanGuard = {
  watch: (group, stopSignal) => write(`watch ${group} ${stopSignal.replace('SIG', '')}`),
  forget: (group) => write(`forget ${group}`),
};

function write(line: string): void {
  shell ??= startShell();
  shell.stdin?.write(`${line}\n`);
}

function startShell(): ChildProcess {
  // Detached: the terminal's Ctrl-C and hang-up must not reach it before it has stopped the groups.
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
  // It does not keep its starter alive, and it exits when the pipe closes.
  started.unref();
  if (started.stdin instanceof Socket) started.stdin.unref();
  return started;
}
