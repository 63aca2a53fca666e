import {
  type ErasureKeys,
  MissingErasureKeyError,
  refuseOtherKey,
  usedKeyId,
} from '@sinch-callbacks/db';
import type { SendRequest } from '@sinch-callbacks/sinch-api';
import type { QueryRunner } from '../outbound-message.ts';
import { meantIdentitiesOf, type NormalIdentity } from './recipient.ts';

/** A consent that forbids a message. */
export interface OptOut {
  readonly appId: string;
  readonly channel: string;
  /** Null where it is about a contact without a known identity on the channel. */
  readonly identity: string | null;
  readonly contactId: string | null;
  readonly since: Date;
}

/** A consent without an app counts for each. */
const optOutsWhere = (condition: string) => `
SELECT app_id AS "appId", channel, identity, contact_id AS "contactId", since
FROM consent_current
WHERE ${condition} AND app_id IN ($1, '') AND state = 'OPTED_OUT'`;

/**
 * The latest word about an identity, in the spelling of an erased person too: what was said since
 * may differ. Out wins ties.
 */
const byIdentity = `
SELECT "appId", channel, identity, "contactId", since FROM (
  SELECT DISTINCT ON (app_id) app_id AS "appId", channel, identity, contact_id AS "contactId",
    since, state
  FROM consent_current
  WHERE channel = $2 AND identity IN ($3, $4) AND app_id IN ($1, '')
  ORDER BY app_id, since DESC, state DESC
) AS latest WHERE state = 'OPTED_OUT'`;
const byContact = optOutsWhere('contact_id = $2');

const contactRoot = `
SELECT coalesce((SELECT root_id FROM contact_root WHERE contact_id = $1), $1) AS "rootId"`;

/**
 * All identities of a contact and of those that were merged into it. One list of ids, since with an
 * OR the whole table would be read.
 */
export const identitiesOfContact = `
SELECT DISTINCT i.channel, i.identity FROM contact_identity AS i
WHERE i.sinch_contact_id = ANY(ARRAY(
  SELECT $1 UNION ALL SELECT m.contact_id FROM contact_root AS m WHERE m.root_id = $1))`;

/**
 * Finds the opt-outs of every identity that Sinch could use for a request: those that it names, or
 * all of its contact, on the channels of its `channel_priority_order` where it has one. Any spelling
 * of a number finds them.
 * @param keys find the opt-outs of people who were erased. Without them those are not found.
 */
export async function findOptOuts(
  db: QueryRunner,
  request: Pick<SendRequest, 'app_id' | 'recipient' | 'channel_priority_order'>,
  keys?: ErasureKeys,
): Promise<readonly OptOut[]> {
  const { app_id: appId, recipient, channel_priority_order: order = [] } = request;
  const isUsable = ({ channel }: { readonly channel: string }) =>
    order.length === 0 || order.includes(channel);
  const contactId = recipient.contact_id;
  const ofContact = contactId === undefined ? none : await readContact(db, appId, contactId);
  const named = [...ofContact.identities, ...meantIdentitiesOf(recipient)].filter(isUsable);
  /** Erased spellings of identities that are asked for in the clear: their answer counts. */
  const answered = new Set<string>();
  const found: OptOut[] = [];
  for (const at of named.toSorted(
    (one, other) => Number(isErased(one)) - Number(isErased(other)),
  )) {
    const spelling = keys?.erasedSpelling(at.identity) ?? at.identity;
    if (spelling !== at.identity) answered.add(placeOf({ ...at, identity: spelling }));
    const values = [appId, at.channel, at.identity, spelling];
    if (answered.has(placeOf(at))) continue;
    found.push(...(await db.$queryRawUnsafe<OptOut[]>(byIdentity, ...values)));
  }
  found.push(...ofContact.optOuts.filter((one) => !answered.has(placeOf(one))));
  const usable = found.filter(isUsable);
  return [...new Map(usable.map((one) => [JSON.stringify(one), one])).values()];
}

/** Those come last, so that their answers in the clear are known. */
function isErased({ identity }: NormalIdentity): boolean {
  return identity.startsWith('erased:');
}

function placeOf({ channel, identity }: Pick<OptOut, 'channel' | 'identity'>): string {
  return JSON.stringify([channel, identity]);
}

const hasErasures = `SELECT EXISTS (SELECT FROM erasure) AS "isAny", ${usedKeyId} AS "keyId"`;

/**
 * Refuses to judge a consent without the ERASURE_KEY of those who were erased, where anyone was: an
 * opt-out could be missed. Ask after the consent was read, so that no erasure in between is
 * overlooked.
 * @throws MissingErasureKeyError or WrongErasureKeyError.
 */
export async function requireErasureKeys(
  db: QueryRunner,
  keys: ErasureKeys | undefined,
): Promise<void> {
  const [row] = await db.$queryRawUnsafe<{ isAny: boolean; keyId: string | null }[]>(hasErasures);
  if (keys !== undefined) refuseOtherKey(row?.keyId, keys);
  else if (row?.isAny) throw new MissingErasureKeyError();
}

const none = { optOuts: [] as readonly OptOut[], identities: [] as readonly NormalIdentity[] };

async function readContact(db: QueryRunner, appId: string, contactId: string) {
  const [row] = await db.$queryRawUnsafe<{ rootId: string }[]>(contactRoot, contactId);
  const rootId = row?.rootId ?? contactId;
  return {
    optOuts: await db.$queryRawUnsafe<OptOut[]>(byContact, appId, rootId),
    identities: await db.$queryRawUnsafe<NormalIdentity[]>(identitiesOfContact, rootId),
  };
}
