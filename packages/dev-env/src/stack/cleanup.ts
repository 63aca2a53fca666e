import { withTimeout } from '../processes/until.ts';

/** A list of opened resources, which are closed in reverse order. */
export interface Cleanup {
  add(name: string, close: () => Promise<unknown>): void;
  /** Closes everything once, also when one fails; later calls wait for the first. */
  closeAll(): Promise<void>;
}

/** Longer than the 20 s in which a worker stops. */
const closeTimeoutMs = 25_000;

/** @param report is called for each resource that does not close. */
export function createCleanup(report: (problem: string) => void): Cleanup {
  const open: { name: string; close: () => Promise<unknown> }[] = [];
  let closing: Promise<void> | undefined;

  async function closeEach(): Promise<void> {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      try {
        await withTimeout(closeTimeoutMs, next.close(), `not in ${closeTimeoutMs} ms`);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        report(`${next.name} did not close: ${reason}`);
      }
    }
  }

  return {
    add: (name, close) => void open.push({ name, close }),
    closeAll: () => (closing ??= closeEach()),
  };
}

/**
 * Returns a signal that aborts when this process must stop: on Ctrl-C, on a stop signal, or when
 * the process that started it exits, which closes the channel between them.
 */
export function openStopSignal(): AbortSignal {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.on('disconnect', stop);
  // The reader of the output may exit first; without a listener, the error would skip the cleanup.
  process.stdout.on('error', stop);
  process.stderr.on('error', stop);
  return stopping.signal;
}
