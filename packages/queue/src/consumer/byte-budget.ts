/** Bodies that a process has fetched and is not done with. Shared by all of its consumers. */
export interface ByteBudget {
  /** @param bytes of a body that was fetched; below 0 of one that is done with. */
  change(bytes: number): void;
  /** Whether nothing more should be fetched. */
  isSpent(): boolean;
  /** @param listener told whenever it becomes spent, or is so no more. */
  onTurn(listener: () => void): void;
}

/** @param maxBytes from there on, nothing more should be fetched. */
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
    onTurn: (listener) => void listeners.push(listener),
  };
}
