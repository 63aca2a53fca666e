/** The bodies that a process has fetched and not finished. All of its consumers share it. */
export interface ByteBudget {
  /** @param bytes of a body that was fetched; below 0 for one that is finished. */
  change(bytes: number): void;
  /** True while nothing more should be fetched. */
  isSpent(): boolean;
  /** @param listener is called each time that `isSpent` changes. */
  onSpentChange(listener: () => void): void;
}

/** @param maxBytes from which on nothing more should be fetched. */
export function createByteBudget(maxBytes: number): ByteBudget {
  const listeners: (() => void)[] = [];
  let used = 0;

  const isSpent = () => used >= maxBytes;

  return {
    change(bytes) {
      const wasSpent = isSpent();
      used += bytes;
      if (wasSpent === isSpent()) return;
      for (const listener of listeners) listener();
    },
    isSpent,
    onSpentChange: (listener) => void listeners.push(listener),
  };
}
