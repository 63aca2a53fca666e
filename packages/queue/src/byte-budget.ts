/** Bytes that may be in progress at the same time. */
export interface ByteBudget {
  /** Runs `work` once there is room for so many bytes. One is let through however large it is. */
  within<T>(bytes: number, work: () => Promise<T>): Promise<T>;
}

/** In the order of their coming: a large one is not passed by small ones for ever. */
export function createByteBudget(maxBytes: number): ByteBudget {
  const queue: { readonly bytes: number; readonly enter: () => void }[] = [];
  let used = 0;

  const hasRoom = (bytes: number) => used === 0 || used + bytes <= maxBytes;

  function admit(): void {
    for (let [next] = queue; next !== undefined && hasRoom(next.bytes); [next] = queue) {
      queue.shift();
      used += next.bytes;
      next.enter();
    }
  }

  return {
    async within(bytes, work) {
      if (queue.length === 0 && hasRoom(bytes)) used += bytes;
      else {
        const { promise, resolve: enter } = Promise.withResolvers<void>();
        queue.push({ bytes, enter });
        await promise;
      }
      try {
        return await work();
      } finally {
        used -= bytes;
        admit();
      }
    },
  };
}
