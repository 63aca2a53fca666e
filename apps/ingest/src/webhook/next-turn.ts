let end: Promise<void> | undefined;

/**
 * Resolves when this turn of the event loop ends, for all that wait for it at once. What has to be
 * done for each of many requests is then done step by step for all of them, and each step finds
 * its code in the processor's caches, which the parsing of the next request would have taken.
 */
export function nextTurn(): Promise<void> {
  end ??= new Promise((resolve) => {
    setImmediate(() => {
      end = undefined;
      resolve();
    });
  });
  return end;
}
