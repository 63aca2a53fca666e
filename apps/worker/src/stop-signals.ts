const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** 128 and the number of SIGINT, as a shell says it. */
const interruptedExitCode = 130;

/**
 * Calls `stop` with the first signal that asks this process to end. Supervisors and process groups
 * signal twice, and a worker that dies in the middle of its stop leaves its events to their locks.
 * So later signals change nothing: the stop has a deadline of its own. Only a person at a terminal
 * who presses Ctrl-C again ends the process at once.
 */
export function onStopSignal(
  stop: (signal: NodeJS.Signals) => void,
  { isAtTerminal = process.stdin.isTTY } = {},
): void {
  let isStopping = false;
  for (const signal of stopSignals) {
    process.on(signal, () => {
      if (isStopping) {
        if (signal === 'SIGINT' && isAtTerminal) process.exit(interruptedExitCode);
        return;
      }
      isStopping = true;
      stop(signal);
    });
  }
}
