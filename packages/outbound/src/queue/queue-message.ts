import { hash, randomUUID } from 'node:crypto';
import { canonicalJson } from '@sinch-callbacks/core';
import {
  asDigested,
  type Database,
  type ErasureKeys,
  isErasedListEmpty,
  whileAvailable,
} from '@sinch-callbacks/db';
import type { Recipient, SendRequest } from '@sinch-callbacks/sinch-api';
import { type OutboundMessage, outboundColumns, type QueryRunner } from '../outbound-message.ts';
import { findOptOuts, type OptOut } from './find-opt-outs.ts';
import type { MessageToSend } from './message-to-send.ts';
import { readRequest } from './read-request.ts';
import { identitiesOf, meantIdentitiesOf, recipientLane } from './recipient.ts';

export type QueueOutcome =
  /** It is queued now. */
  | { readonly kind: 'queued'; readonly message: OutboundMessage }
  /** The same message was queued before; its row says what became of it. */
  | { readonly kind: 'known'; readonly message: OutboundMessage }
  /** Another message has this key. Nothing is queued. */
  | { readonly kind: 'key-taken'; readonly message: OutboundMessage }
  /** The recipient has opted out, by these consents. Nothing is queued. */
  | { readonly kind: 'opted-out'; readonly optOuts: readonly OptOut[] }
  /**
   * The recipient was erased for ever, or since the caller knows of it. Nothing is queued, and
   * nothing of it should be kept.
   */
  | { readonly kind: 'erased' }
  /** No message can be made of it. Nothing is queued. */
  | { readonly kind: 'invalid'; readonly problem: string };

const findByKey = `
SELECT ${outboundColumns}, encode(o.content_digest, 'hex') AS digest
FROM outbound AS o WHERE o.app_id = $1 AND o.key = $2`;

/**
 * Reads the list of erased people and inserts, in one statement. It keeps its lock on the list, that
 * of `isErasedListEmpty`, until its transaction ends, and an erasure waits for that before it reads
 * the first row. So either this statement sees the person on the list, or the erasure sees this
 * row. Under REPEATABLE READ it reads the list as it was when its transaction began.
 *
 * A transaction that inserts the same key meanwhile is awaited; then nothing is inserted.
 */
const insert = `
WITH list AS MATERIALIZED (
  SELECT EXISTS (
    SELECT FROM erased_key AS k JOIN erasure AS e ON e.id = k.erasure_id
    WHERE k.digest = ANY (ARRAY(SELECT decode(d, 'hex') FROM unnest($12::text[]) AS d))
      AND (e.for_ever OR e.cutoff > coalesce($13::timestamptz, now()))
  ) AS "isErased", ${isErasedListEmpty}
), added AS (
  INSERT INTO outbound AS o (id, app_id, key, lane, contact_id, identities, content_digest, request,
    allows_opted_out, resends_uncertain, not_after)
  SELECT $1::uuid, $2, $3, $4, $5, $6::text[], decode($7, 'hex'), $8::jsonb, $9::boolean,
    $10::boolean, clock_timestamp() + $11::float8 * interval '1 millisecond'
  FROM list WHERE NOT "isErased"
  ON CONFLICT (app_id, key) DO NOTHING
  RETURNING ${outboundColumns}
)
SELECT list."isErased", added.id IS NOT NULL AS "isAdded", added.*
FROM list LEFT JOIN added ON true`;

type Inserted = OutboundMessage & { readonly isErased: boolean; readonly isAdded: boolean };

/**
 * Queues a message, in a transaction where one is given: it is sent when that commits, and only
 * then. A key that was queued before is answered first, also where its recipient opted out since.
 * @param keys find people who were erased, and their opt-outs. Without them such a message is queued,
 *   so that callers need no key. The sender asks again with it, and sends nothing without it.
 * @param knownSince the time of what the caller knows of the recipient, such as that of an event: an
 *   erasure since then refuses the message. Without it, that is the begin of the transaction.
 * @throws the error of a database that fails.
 */
export async function queueMessage(
  db: QueryRunner,
  given: MessageToSend,
  keys?: ErasureKeys,
  knownSince?: Date,
): Promise<QueueOutcome> {
  const read = readRequest(given);
  if (read.kind === 'invalid') return read;
  const { request } = read;
  const digest = hash('sha256', canonicalJson(request), 'hex');
  const known = await findKnown(db, given, digest);
  if (known !== undefined) return known;
  if (given.allowOptedOut !== true) {
    const optOuts = await findOptOuts(db, request, keys);
    if (optOuts.length > 0) return { kind: 'opted-out', optOuts };
  }
  const [inserted] = await db.$queryRawUnsafe<Inserted[]>(
    insert,
    ...valuesOf(given, request, digest),
    keys === undefined ? [] : digestsOf(request.recipient, keys),
    knownSince ?? null,
  );
  if (inserted === undefined) throw new Error('the statement that queues a message has no row');
  const { isErased, isAdded, ...message } = inserted;
  if (isErased) return { kind: 'erased' };
  if (isAdded) return { kind: 'queued', message };
  const other = await findKnown(db, given, digest);
  if (other === undefined) throw new Error('a queued message is neither inserted nor there');
  return other;
}

/**
 * Queues a message at once.
 * @param keys as of {@link queueMessage}.
 * @throws DatabaseUnavailableError while the database is down.
 */
export async function sendMessage(
  { prisma }: Pick<Database, 'prisma'>,
  given: MessageToSend,
  keys?: ErasureKeys,
): Promise<QueueOutcome> {
  return await whileAvailable(async () => await queueMessage(prisma, given, keys));
}

/** Lists the digests by which a recipient would be on the list of erased people. */
function digestsOf(recipient: Recipient, keys: ErasureKeys): readonly string[] {
  const { contact_id: contactId } = recipient;
  const identities = meantIdentitiesOf(recipient).map(({ identity }) => asDigested(identity));
  return [
    ...(contactId === undefined ? [] : [keys.digest('contact', contactId)]),
    ...[...new Set(identities)].flatMap((identity) => [
      keys.digest('identity', identity),
      keys.digest('shared-identity', identity),
    ]),
  ];
}

async function findKnown(
  db: QueryRunner,
  { appId, key }: MessageToSend,
  digest: string,
): Promise<QueueOutcome | undefined> {
  const [found] = await db.$queryRawUnsafe<(OutboundMessage & { digest: string })[]>(
    findByKey,
    appId,
    key,
  );
  if (found === undefined) return undefined;
  const { digest: first, ...message } = found;
  // The digest of a redacted message is gone. Its key still promises that it is sent once.
  return { kind: first === digest || first === '' ? 'known' : 'key-taken', message };
}

function valuesOf(given: MessageToSend, request: SendRequest, digest: string): unknown[] {
  const { appId, key, allowOptedOut = false, onUncertain = 'hold', sendWithinMs } = given;
  const { recipient } = request;
  return [
    randomUUID(),
    appId,
    key,
    recipientLane(recipient),
    recipient.contact_id ?? null,
    [...new Set(identitiesOf(recipient).map(({ identity }) => identity))],
    digest,
    JSON.stringify(request),
    allowOptedOut,
    onUncertain === 'resend',
    sendWithinMs ?? null,
  ];
}
