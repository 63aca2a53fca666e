import { withTimeout } from '../processes/until.ts';

/** What was opened, to be closed in reverse order. */
export interface Cleanup {
  add(name: string, close: () => Promise<unknown>): void;
  /** Closes everything once, whatever fails; later calls wait for the first. */
  closeAll(): Promise<void>;
}

/** Longer than a worker takes at the most, which is 20 s. */
const closeTimeoutMs = 25_000;

/** @param report hears of what would not close. */
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
