/** Something that happens once, for others to wait on. */
export interface Latch<T> {
  readonly isOpen: boolean;
  /** Releases all waiters, now and later. Only the first call counts. */
  open(value: T): void;
  /** @throws when the latch stays shut for `timeoutMs`. */
  wait(timeoutMs?: number): Promise<T>;
}

const defaultTimeoutMs = 10_000;

/** @param what what opens it, for the error's message: "the second delivery". */
export function latch<T = void>(what: string): Latch<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  let isOpen = false;
  return {
    get isOpen() {
      return isOpen;
    },
    open(value) {
      isOpen = true;
      resolve(value);
    },
    async wait(timeoutMs = defaultTimeoutMs) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => late.reject(new Error(`Waited ${timeoutMs} ms for ${what}, in vain.`)),
        timeoutMs,
      );
      try {
        return await Promise.race([promise, late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
