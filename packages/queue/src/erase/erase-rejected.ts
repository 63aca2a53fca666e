import type { QueueLocation } from '../connection/queue-backend.ts';
import { openRejectedStorage } from '../rejected/rejected-store.ts';
import type { PassReport, PassRules } from './erasure-rules.ts';

/** The entries that are in memory at once; each has 64 KiB at most. */
const pageSize = 100;
/** Before every id: entries that are too old to be shown are still stored. */
const first = '';
const body = /"body":"([^"]*)"/;

/**
 * Removes rejected callbacks that name the person. They were never verified, so nothing that the
 * product promised about them is lost. Those that come later go with the store's own age limit.
 */
export async function eraseRejected(
  location: QueueLocation,
  { matches, mode }: PassRules,
  report: PassReport,
  timeoutMs: number,
): Promise<void> {
  const storage = openRejectedStorage(location, timeoutMs);
  try {
    for (let after: string | undefined; ; ) {
      const entries = await storage.read({ limit: pageSize, fromId: first, after });
      for (const { id, text } of entries) {
        report.visited();
        const bytes = Buffer.from(body.exec(text)?.[1] ?? '', 'base64');
        const namesPerson = matches(text) || matches(bytes.toString());
        if (!namesPerson) continue;
        if (mode === 'count' || (await storage.remove(id))) report.erased('rejected');
      }
      if (entries.length < pageSize) return;
      after = entries.at(-1)?.id;
    }
  } finally {
    await storage.disconnect();
  }
}
