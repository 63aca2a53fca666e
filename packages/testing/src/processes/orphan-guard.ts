import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Ends process groups whose starter is gone.
 *
 * A starter that is killed with SIGKILL cannot stop its children, and children in groups of
 * their own do not feel the terminal's Ctrl-C. So one small shell per starter reads, from a
 * pipe, which groups live; the pipe ends with the starter, however it ends, and then the shell
 * stops what is left: first gently, after a grace with SIGKILL.
 */
export interface OrphanGuard {
  watch(processGroup: number, stopSignal: NodeJS.Signals): void;
  forget(processGroup: number): void;
}

const script = `
living=
while read -r word group signal; do
  case $word in
    watch) living="$living $signal:$group" ;;
    forget) kept=; for one in $living; do [ "\${one#*:}" = "$group" ] || kept="$kept $one"; done; living=$kept ;;
  esac
done
[ -n "$living" ] || exit 0
for one in $living; do kill -s "\${one%%:*}" -- "-\${one#*:}" 2>/dev/null; done
for second in 1 2 3 4 5 6 7 8; do
  sleep 1
  alive=; for one in $living; do kill -0 -- "-\${one#*:}" 2>/dev/null && alive=yes; done
  [ -n "$alive" ] || exit 0
done
for one in $living; do kill -s KILL -- "-\${one#*:}" 2>/dev/null; done
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
