const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export function isStopSignal(signal: string | null): boolean {
  return stopSignals.some((known) => known === signal);
}

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

/** Whether `work` came to its end in time, well or not. The work itself is not stopped. */
export async function settlesWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(() => late.resolve(false), timeoutMs);
  const settled = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
