const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Calls `stop` with the first signal that asks this process to end. Later ones change nothing: a
 * terminal signals a whole group, and then a supervisor passes its own signal on as well.
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): void {
  let isTold = false;
  for (const signal of stopSignals) {
    process.on(signal, () => {
      if (isTold) return;
      isTold = true;
      stop(signal);
    });
  }
}
