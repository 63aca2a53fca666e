/** Something took longer than its limit. */
class DeadlineExceededError extends Error {
  readonly code = 'DEADLINE_EXCEEDED';

  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
    this.name = 'DeadlineExceededError';
    this.timeoutMs = timeoutMs;
  }
}

/**
 * Waits for `work` at most so long. The work itself is not stopped. What has come in by then and
 * was not read yet still counts: a process that was frozen or busy reads after its timers.
 * @throws DeadlineExceededError when it took longer; whatever `work` throws before.
 */
export function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new DeadlineExceededError(timeoutMs));
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
    const settle =
      <R>(how: (result: R) => void) =>
      (result: R) => {
        clearTimeout(timer);
        how(result);
      };
    work.then(settle(resolve), settle(reject));
  });
}
