import type { RejectedStore } from './rejected-store.ts';

/**
 * One store in two places: keeps in `main`, or in `fallback` when that fails, and reads both. The
 * bounds hold for each. An entry that is in both has one id, and is read as one.
 */
export function withFallbackStore(main: RejectedStore, fallback: RejectedStore): RejectedStore {
  async function ids(): Promise<readonly string[]> {
    const [first, second] = await Promise.all([main.ids(), fallback.ids()]);
    return [...new Set([...first, ...second])].toSorted();
  }

  return {
    async keep(callback) {
      try {
        return await main.keep(callback);
      } catch {
        // Away, or full: the other one says whether it is kept.
        return await fallback.keep(callback);
      }
    },
    async list(page) {
      const pages = await Promise.all([main.list(page), fallback.list(page)]);
      const byId = new Map(pages.flat().map((kept) => [kept.id, kept]));
      const sorted = [...byId].toSorted(([one], [other]) => (one < other ? -1 : 1));
      return sorted.slice(0, page.limit).map(([, kept]) => kept);
    },
    find: async (id) => (await main.find(id)) ?? (await fallback.find(id)),
    async remove(id) {
      const removed = await Promise.all([main.remove(id), fallback.remove(id)]);
      return removed.includes(true);
    },
    ids,
    count: async () => (await ids()).length,
    async close() {
      await Promise.all([main.close(), fallback.close()]);
    },
  };
}
