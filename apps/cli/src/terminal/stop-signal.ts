/** Ctrl-C and a termination, as a signal; a second one ends the process at once. */
export interface StopRequest {
  readonly signal: AbortSignal;
  /** Listens no more. */
  close(): void;
}

export function whenToldToStop(): StopRequest {
  const stopping = new AbortController();
  const close = () => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  const stop = () => {
    close();
    stopping.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return { signal: stopping.signal, close };
}
