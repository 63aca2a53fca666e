/**
 * Aborts once somebody wants this process to end: Ctrl-C, a signal, or the end of the process
 * that started it, which closes the channel between them.
 */
export function openStopSignal(): AbortSignal {
  const told = new AbortController();
  const stop = () => told.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.on('disconnect', stop);
  // Whoever read what is printed may be gone first, and there is still everything to close.
  process.stdout.on('error', stop);
  process.stderr.on('error', stop);
  return told.signal;
}
