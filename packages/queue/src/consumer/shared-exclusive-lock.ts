/** Lets things happen at the same time, or one of them all by itself. */
export interface Solitude {
  /** Runs `work` along with others, after whoever is alone. */
  among<T>(work: () => Promise<T>): Promise<T>;
  /** Runs `work` once all others have ended, while none begins. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export function createSolitude(): Solitude {
  let others = 0;
  let onLastLeft = () => {};
  let solo: Promise<void> | undefined;

  return {
    async among(work) {
      while (solo !== undefined) await solo;
      others += 1;
      try {
        return await work();
      } finally {
        others -= 1;
        if (others === 0) onLastLeft();
      }
    },
    async alone(work) {
      while (solo !== undefined) await solo;
      const ended = Promise.withResolvers<void>();
      solo = ended.promise;
      try {
        if (others > 0) {
          await new Promise<void>((resolve) => {
            onLastLeft = resolve;
          });
        }
        return await work();
      } finally {
        onLastLeft = () => {};
        solo = undefined;
        ended.resolve();
      }
    },
  };
}
