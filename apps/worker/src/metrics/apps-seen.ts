/** Times of the last callback of each app. */
export interface AppsSeen {
  /** @param receivedAt ISO 8601, in UTC. */
  record(appId: string | undefined, receivedAt: string): void;
  /** Returns the apps that had callbacks since the call before. */
  takeUpdates(): readonly { readonly appId: string; readonly lastCallbackAt: Date }[];
}

/** The metric has one series for each app: their number must stay small. */
const maxApps = 50;
/** The name for all apps beyond that. */
export const otherApps = 'other';

/** Tracks at most 50 apps; callbacks of all others count under `other`. */
export function createAppsSeen(): AppsSeen {
  const latest = new Map<string, string>();
  const updated = new Set<string>();

  return {
    record(appId, receivedAt) {
      if (appId === undefined) return;
      const name = latest.has(appId) || latest.size < maxApps ? appId : otherApps;
      if (receivedAt <= (latest.get(name) ?? '')) return;
      latest.set(name, receivedAt);
      updated.add(name);
    },
    takeUpdates() {
      const taken = [...updated].map((appId) => ({
        appId,
        lastCallbackAt: new Date(latest.get(appId) ?? 0),
      }));
      updated.clear();
      return taken;
    },
  };
}
