import type { WorkerConfig } from '@sinch-callbacks/config';
import {
  type Database,
  type ErasureKeys,
  ErasureTakenOverError,
  findRunningContacts,
} from '@sinch-callbacks/db';
import {
  type EraseContact,
  type ErasureTools,
  eraseDeletedContact,
  eraseQueues,
} from '@sinch-callbacks/operations';
import { contactNotTreated, fileNotRewritten, type Telemetry } from '@sinch-callbacks/telemetry';

type EraserSettings = Pick<
  WorkerConfig,
  'contactDelete' | 'erasureLog' | 'queue' | 'fallbackQueue' | 'queuePrefix'
>;

/** The operator in the rows of erasures by the schedule. */
const operator = 'schedule';
/**
 * Creates what erases the contacts that Sinch deleted, as `callbacks erase --contact` does: list,
 * log, tables and queues. Undefined where that is not the policy. Those of an erasure that has begun
 * and failed are tried last.
 * @throws from its function: the errors of `eraseDeletedContact`, and of a signal that ended it
 *   between two pages. The next run continues.
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
    return {
      triedLast: async (ids) => await findRunningContacts(database, ids, keys),
      async erase(contactId, { signal, afterBatch }) {
        const onPage = async (_: string, changed: number) => {
          await afterBatch(changed);
          signal?.throwIfAborted();
        };
        const reason = await reasonLeft({ ...tools, onPage }, contactId);
        if (reason === undefined) return 'done';
        contactNotTreated(telemetry, { contactId, policy: 'erase', reason });
        return 'left';
      },
    };
  };
}

/** Erases the contact. Returns why something of it is left, and undefined where nothing is. */
async function reasonLeft(tools: ErasureTools, contactId: string) {
  try {
    const { isComplete, needsSinch } = await eraseDeletedContact(tools, contactId);
    if (isComplete) return undefined;
    // An operator began it with --at-sinch, which this schedule cannot do.
    return needsSinch ? 'not-at-sinch' : 'jobs-left';
  } catch (error) {
    if (error instanceof ErasureTakenOverError) return 'taken-over';
    throw error;
  }
}
