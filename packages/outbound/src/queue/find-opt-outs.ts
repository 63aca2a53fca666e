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

const byIdentity = optOutsWhere('channel = $2 AND identity = $3');
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
 */
export async function findOptOuts(
  db: QueryRunner,
  request: Pick<SendRequest, 'app_id' | 'recipient' | 'channel_priority_order'>,
): Promise<readonly OptOut[]> {
  const { app_id: appId, recipient, channel_priority_order: order = [] } = request;
  const isUsable = ({ channel }: { readonly channel: string }) =>
    order.length === 0 || order.includes(channel);
  const contactId = recipient.contact_id;
  const ofContact = contactId === undefined ? none : await readContact(db, appId, contactId);
  const found = [...ofContact.optOuts];
  for (const at of [...ofContact.identities, ...meantIdentitiesOf(recipient)].filter(isUsable)) {
    const values = [appId, at.channel, at.identity];
    found.push(...(await db.$queryRawUnsafe<OptOut[]>(byIdentity, ...values)));
  }
  const usable = found.filter(isUsable);
  return [...new Map(usable.map((one) => [JSON.stringify(one), one])).values()];
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
