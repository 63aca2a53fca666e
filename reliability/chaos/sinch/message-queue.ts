import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, DatabaseUnavailableError } from '@sinch-callbacks/db';
import { sendMessage } from '@sinch-callbacks/outbound';
import type { PlannedMessage } from '../plan/plan-messages.ts';
import { simulatedAccount } from './simulated-account.ts';

/** Code that queues messages, and tries again with the same key while the database is down. */
export interface MessageQueue {
  /** The keys that were queued, or found queued by an earlier try. */
  readonly keys: readonly string[];
  start(messages: readonly PlannedMessage[]): void;
  /** Resolves when everything that was started is queued. Never rejects. */
  finished(): Promise<void>;
}

const againMs = 250;
const giveUpAfterMs = 600_000;

/** @param onFinding is called for a message that cannot be queued. */
export function createMessageQueue(
  database: Database,
  signal: AbortSignal,
  onFinding: (finding: string) => void,
): MessageQueue {
  const keys: string[] = [];
  const queueing: Promise<void>[] = [];

  async function queue({ key, to, text, atMs }: PlannedMessage): Promise<void> {
    await sleep(atMs, undefined, { signal });
    const giveUpAtMs = performance.now() + giveUpAfterMs;
    for (;;) {
      try {
        const { appId } = simulatedAccount;
        const outcome = await sendMessage(database, { key, appId, to, message: text });
        if (outcome.kind === 'queued' || outcome.kind === 'known') keys.push(key);
        else onFinding(`message ${key} is not queued: ${outcome.kind}`);
        return;
      } catch (error) {
        const isDown = error instanceof DatabaseUnavailableError;
        if (!isDown || performance.now() > giveUpAtMs) throw error;
        await sleep(againMs, undefined, { signal });
      }
    }
  }

  return {
    keys,
    start(messages) {
      for (const message of messages) {
        const failed = (error: unknown) => {
          if (!signal.aborted) onFinding(`message ${message.key} is not queued: ${String(error)}`);
        };
        queueing.push(queue(message).catch(failed));
      }
    },
    finished: async () => void (await Promise.all(queueing)),
  };
}
