/** When the last callback of each app came. */
export interface AppsSeen {
  /** @param receivedAt ISO 8601, in UTC. */
  note(appId: string | undefined, receivedAt: string): void;
  /** Those that were heard of since this was asked before. */
  takeNews(): readonly { readonly appId: string; readonly lastCallbackAt: Date }[];
}

/** A label with as many values as there are apps would be no small set any more. */
const maxApps = 50;
/** All apps beyond that, together. */
export const otherApps = 'other';

/** Remembers at most 50 apps; what others send counts as sent by `other`. */
export function createAppsSeen(): AppsSeen {
  const latest = new Map<string, string>();
  const news = new Set<string>();

  return {
    note(appId, receivedAt) {
      if (appId === undefined) return;
      const name = latest.has(appId) || latest.size < maxApps ? appId : otherApps;
      if (receivedAt <= (latest.get(name) ?? '')) return;
      latest.set(name, receivedAt);
      news.add(name);
    },
    takeNews() {
      const taken = [...news].map((appId) => ({
        appId,
        lastCallbackAt: new Date(latest.get(appId) ?? 0),
      }));
      news.clear();
      return taken;
    },
  };
}
