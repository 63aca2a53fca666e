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
        await within(closeTimeoutMs, next.close());
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

async function within(timeoutMs: number, closing: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not in ${timeoutMs} ms`)), timeoutMs);
  try {
    await Promise.race([closing, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
