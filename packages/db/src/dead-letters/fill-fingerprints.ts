import { errorFingerprint } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';

const batchSize = 500;

/** The message is compared because the letter may have died of something else meanwhile. */
const fill = `
UPDATE dead_letter AS d SET fingerprint = f.fingerprint
FROM unnest($1::text[], $2::text[], $3::text[]) AS f(event_key, error_message, fingerprint)
WHERE d.event_key = f.event_key AND d.fingerprint IS NULL AND d.error_message = f.error_message`;

/**
 * Gives their fingerprint to letters that have none: those that a release wrote which knew of
 * none. The rule is in core and nowhere else, so no migration could do it.
 */
export async function fillFingerprints({ prisma }: Database): Promise<void> {
  for (;;) {
    const rows = await whileAvailable(() =>
      prisma.deadLetter.findMany({
        where: { fingerprint: null },
        select: { eventKey: true, errorClass: true, errorMessage: true },
        take: batchSize,
      }),
    );
    if (rows.length === 0) return;
    const filled = await whileAvailable(() =>
      prisma.$executeRawUnsafe(
        fill,
        rows.map((row) => row.eventKey),
        rows.map((row) => row.errorMessage),
        rows.map((row) => errorFingerprint(row.errorClass, row.errorMessage)),
      ),
    );
    if (filled === 0) return;
  }
}
