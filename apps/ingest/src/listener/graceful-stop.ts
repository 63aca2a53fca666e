const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export function isStopSignal(signal: string | null): boolean {
  return stopSignals.some((known) => known === signal);
}

/**
 * Calls `stop` with the first signal that asks this process to end. Later ones change nothing: a
 * terminal signals a whole process group, and a supervisor then forwards its own signal too.
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): void {
  let isStopping = false;
  for (const signal of stopSignals) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      stop(signal);
    });
  }
}

/** Resolves with true if `work` settles in time, also if it fails. The work is not stopped. */
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
