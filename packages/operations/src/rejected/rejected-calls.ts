import { QueueUnavailableError, type RejectedStore } from '@sinch-callbacks/queue';

/** The calls of operators on the store of rejected callbacks. */
export type RejectedCalls = Pick<RejectedStore, 'list' | 'find' | 'remove' | 'count'>;

/** Wraps a store, so that each failure of its calls is a QueueUnavailableError. */
export function rejectedCalls(store: RejectedStore): RejectedCalls {
  return {
    list: async (page) => await asStoreCall(store.list(page)),
    find: async (id) => await asStoreCall(store.find(id)),
    remove: async (id) => await asStoreCall(store.remove(id)),
    count: async () => await asStoreCall(store.count()),
  };
}

async function asStoreCall<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new QueueUnavailableError(error);
  }
}
