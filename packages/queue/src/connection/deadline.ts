/** The failure of a call that took longer than its limit. */
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
 * Waits for `work`, for `timeoutMs` at most. The work itself is not stopped. An answer that has
 * arrived and is not read yet still counts: a process that was frozen runs its timers first.
 * @throws DeadlineExceededError when it takes longer; the error of `work` before that.
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
