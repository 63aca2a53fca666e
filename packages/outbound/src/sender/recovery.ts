import { expireQueued } from '../sending/expire-queued.ts';
import { expireHolds, extendHolds, type Hold } from '../sending/holds.ts';
import { keptSources, lookUpMessages } from '../sending/look-up-messages.ts';
import { resendUncertain } from '../sending/resend-uncertain.ts';
import type { SenderOptions, SenderTimings } from './contract.ts';

/** What a sender does beside sending: it reads its app, and follows up on UNCERTAIN rows. */
export interface Recovery {
  /** Does what is due. Never rejects. */
  turn(): Promise<void>;
  /** True once the app was read: its region, its credentials and its id are right. */
  isUsable(): boolean;
  /** Called where holds could not be extended: after an outage those of others may have run out. */
  holdsInDoubt(): void;
}

/** The app is read again, since its retention may change. */
const appValidMs = 600_000;

export function createRecovery(
  { database, api, appId, events }: Omit<SenderOptions, 'perSecond' | 'timings'>,
  timings: SenderTimings,
  hold: Hold,
): Recovery {
  let sources: ReturnType<typeof keptSources> | undefined;
  let hasFailed = true;
  let readAppAtMs = 0;
  let recoverAtMs = 0;
  let areHoldsInDoubt = false;

  async function readApp(): Promise<void> {
    try {
      sources = keptSources(await api.apps.get(appId));
      readAppAtMs = performance.now() + appValidMs;
      if (hasFailed) events.appRead({ keepsMessages: sources.length > 0 });
      hasFailed = false;
    } catch (error) {
      // What was right stays so until the next reading: an outage of Sinch is seen by the sends.
      readAppAtMs = performance.now() + timings.readAppMs;
      hasFailed = true;
      events.appFailed(error);
    }
  }

  async function recover(): Promise<void> {
    if (areHoldsInDoubt) await extendHolds(database, hold);
    // After an outage the others extend theirs first, which have run out meanwhile.
    const lost = areHoldsInDoubt ? 0 : await expireHolds(database);
    areHoldsInDoubt = false;
    if (lost > 0) events.holdersLost(lost);
    const resent = await resendUncertain(database, appId, timings.resendAfterMs);
    if (resent > 0) events.resent(resent);
    const expired = await expireQueued(database, appId);
    if (expired > 0) events.expired(expired);
    events.databaseAnswered();
  }

  async function lookUp(): Promise<void> {
    const found = await lookUpMessages(database, api, appId, sources ?? []);
    if (found > 0) events.found(found);
  }

  return {
    async turn() {
      if (performance.now() >= readAppAtMs) await readApp();
      if (performance.now() < recoverAtMs) return;
      await recover().catch((error: unknown) => events.databaseFailed(error));
      await lookUp().catch((error: unknown) => events.failed(error));
      recoverAtMs = performance.now() + timings.recoverMs;
    },
    isUsable: () => sources !== undefined,
    holdsInDoubt() {
      areHoldsInDoubt = true;
    },
  };
}
