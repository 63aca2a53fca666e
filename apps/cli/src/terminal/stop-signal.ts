/** A request to stop, by Ctrl-C or SIGTERM. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Removes the listeners. */
  close(): void;
}

/** Aborts its signal on the first Ctrl-C or SIGTERM. The second one ends the process at once. */
export function listenForStop(): StopSignal {
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
