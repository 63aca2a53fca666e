import type { Proceed } from '@sinch-callbacks/db';

const lookMs = 500;

/**
 * Runs work that ends early by a signal, and asks `proceed` at intervals whether it may go on. After
 * each batch of the work it asks too, and waits for the answer, which may include a pause.
 * @throws the error of the work, or of `proceed` once the work has ended.
 */
export async function endedBy<T>(
  proceed: Proceed,
  work: (signal: AbortSignal, afterBatch: (rows: number) => Promise<void>) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const failures: unknown[] = [];
  let isAsking = false;
  async function ask(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    try {
      if (!(await proceed(0))) ending.abort();
    } catch (error) {
      failures.push(error);
      ending.abort();
    } finally {
      isAsking = false;
    }
  }
  await ask();
  const timer = setInterval(() => void ask(), lookMs);
  try {
    const result = await work(ending.signal, async (rows) => {
      if (!(await proceed(rows))) ending.abort();
    });
    if (failures.length > 0) throw failures[0];
    return result;
  } finally {
    clearInterval(timer);
  }
}
