/** A readers-writer lock within one process. */
export interface SharedExclusiveLock {
  /** Runs `work` at the same time as other shared work, once no exclusive work runs. */
  shared<T>(work: () => Promise<T>): Promise<T>;
  /** Runs `work` once all shared work has ended. Nothing else begins meanwhile. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

export function createSharedExclusiveLock(): SharedExclusiveLock {
  let sharedCount = 0;
  let onLastSharedEnded = () => {};
  let exclusiveWork: Promise<void> | undefined;

  return {
    async shared(work) {
      while (exclusiveWork !== undefined) await exclusiveWork;
      sharedCount += 1;
      try {
        return await work();
      } finally {
        sharedCount -= 1;
        if (sharedCount === 0) onLastSharedEnded();
      }
    },
    async exclusive(work) {
      while (exclusiveWork !== undefined) await exclusiveWork;
      const ended = Promise.withResolvers<void>();
      exclusiveWork = ended.promise;
      try {
        if (sharedCount > 0) {
          await new Promise<void>((resolve) => {
            onLastSharedEnded = resolve;
          });
        }
        return await work();
      } finally {
        onLastSharedEnded = () => {};
        exclusiveWork = undefined;
        ended.resolve();
      }
    },
  };
}
