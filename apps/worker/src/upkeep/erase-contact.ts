import type { WorkerConfig } from '@sinch-callbacks/config';
import { type Database, DatabaseUnavailableError, type ErasureKeys } from '@sinch-callbacks/db';
import {
  type EraseContact,
  type ErasureTools,
  eraseDeletedContact,
  eraseQueues,
} from '@sinch-callbacks/operations';
import { QueueUnavailableError } from '@sinch-callbacks/queue';
import { contactNotErased, fileNotRewritten, type Telemetry } from '@sinch-callbacks/telemetry';

type EraserSettings = Pick<
  WorkerConfig,
  'contactDelete' | 'erasureLog' | 'queue' | 'fallbackQueue' | 'queuePrefix'
>;

/** The operator in the rows of erasures by the schedule. */
const operator = 'schedule';
/** Contacts of a run that fail before the run does: the cause is not in them. */
const maxFailedContacts = 10;

/**
 * Creates what erases the contacts that Sinch deleted, as `callbacks erase --contact` does: list,
 * log, tables and queues. Undefined where that is not the policy. A contact that fails is logged,
 * and is due again at the next run.
 * @throws from its function: DatabaseUnavailableError or QueueUnavailableError, and the error of a
 *   contact when too many have failed.
 */
export function createContactEraser(
  { contactDelete, erasureLog, queue, fallbackQueue, queuePrefix: prefix }: EraserSettings,
  keys: ErasureKeys | undefined,
  telemetry: Telemetry,
  now: () => Date,
): ((database: Database) => EraseContact) | undefined {
  if (contactDelete.policy !== 'erase' || !keys || erasureLog === undefined) return undefined;
  const locations = [fallbackQueue, queue].flatMap((backend) =>
    backend === undefined ? [] : { backend, prefix },
  );
  return (database) => {
    let failed = 0;
    let fileState: string | undefined;
    const tools: ErasureTools = {
      database,
      keys,
      logFile: erasureLog,
      now,
      operator,
      eraseQueues: async (matches) =>
        await eraseQueues(locations, matches, {
          onFile: (file) => {
            // Once a run, and not for each contact.
            if (fileState !== file.kind) fileNotRewritten(telemetry, file);
            fileState = file.kind;
          },
        }),
    };
    return async (contactId) => {
      try {
        const { isComplete } = await eraseDeletedContact(tools, contactId);
        if (!isComplete) contactNotErased(telemetry, { contactId, reason: 'jobs-left' });
        return isComplete;
      } catch (error) {
        failed += 1;
        if (isOutage(error) || failed > maxFailedContacts) throw error;
        contactNotErased(telemetry, { contactId, reason: 'failed', error });
        return false;
      }
    };
  };
}

/** Each contact would fail. */
function isOutage(error: unknown): boolean {
  return error instanceof DatabaseUnavailableError || error instanceof QueueUnavailableError;
}
