import type { Database } from '../../database.ts';
import { whileAvailable } from '../../failure.ts';
import { findMergedContact } from '../merged-contact.ts';
import { type WithoutNulls, withoutNulls } from '../without-nulls.ts';
import { type ConsentEvent, consentEventsAbout, consentEventsOf } from './consent-events.ts';

export interface ConsentQuestion {
  /** Every identity that the question may mean, as the tables hold it. */
  readonly identities: readonly string[];
  /** Checks that the question means this identity on this channel. */
  readonly isMeant: (channel: string, identity: string) => boolean;
  /** A contact that the question may mean, merged or not. */
  readonly contactId: string;
}

export interface ConsentAnswer {
  /** Identities that the question means and that some contact or consent event names. */
  readonly identities: readonly string[];
  /** The contact that the question means, after merges; absent where there is none. */
  readonly contactId: string | undefined;
  /** One for each app, channel and identity. */
  readonly consents: readonly Consent[];
  /** Consent events about the same that no consent follows from, such as an opt-in that failed. */
  readonly otherWords: readonly ConsentEvent[];
}

interface CurrentConsent {
  readonly appId: string;
  readonly channel: string;
  /** Absent where a contact has no known identity on the channel. */
  readonly identity: string | null;
  readonly contactId: string | null;
  readonly state: 'OPTED_IN' | 'OPTED_OUT';
  readonly since: Date;
}

/** The consent state of an identity, IN or OUT, with every consent event about it, latest first. */
export type Consent = WithoutNulls<CurrentConsent> & { readonly words: readonly ConsentEvent[] };

/** An identity that a contact ever had, with the contact after merges. */
interface Listing {
  readonly channel: string;
  readonly identity: string;
  readonly contactId: string;
}

const consentsWhere = (condition: string) => `
SELECT app_id AS "appId", channel, identity, contact_id AS "contactId", state, since
FROM consent_current WHERE ${condition}
ORDER BY app_id, channel, identity, contact_id`;

const listings = (condition: string) => `
SELECT DISTINCT i.channel, i.identity, coalesce(r.root_id, i.sinch_contact_id) AS "contactId"
FROM contact_identity AS i LEFT JOIN contact_root AS r ON r.contact_id = i.sinch_contact_id
WHERE ${condition} LIMIT 1000`;

export const selectByIdentity = consentsWhere('identity = $1');
export const selectByContact = consentsWhere('contact_id = $1');
export const selectListingsOf = listings('i.sinch_contact_id = ANY ($1::text[])');
export const selectListingsWith = listings('i.identity = $1');

const selectKnown = `
SELECT EXISTS (SELECT FROM contact WHERE sinch_contact_id = $1)
  OR EXISTS (SELECT FROM contact_root WHERE contact_id = $1)
  OR EXISTS (SELECT FROM consent_event WHERE contact_id = $1) AS known`;

/**
 * Finds the consents of an identity, or of a contact for all its identities, with their reasons.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function findConsent(
  database: Database,
  question: ConsentQuestion,
): Promise<ConsentAnswer> {
  return await whileAvailable(async () => {
    const contact = await findContact(database, question.contactId);
    const meant = new Set([...question.identities, ...contact.listings.map((l) => l.identity)]);
    const found = createFindings();
    for (const identity of meant) {
      const read = await readIdentity(database, identity);
      const isMeant = (channel: string) =>
        question.isMeant(channel, identity) ||
        contact.listings.some((l) => l.identity === identity && l.channel === channel);
      found.add(read, isMeant);
    }
    if (contact.rootId !== undefined) {
      const rows = await query<CurrentConsent>(database, selectByContact, contact.rootId);
      const own = await consentEventsOf(database, contact.memberIds);
      found.add({ identity: undefined, consents: rows, words: own, listings: [] }, () => true);
    }
    return { ...found.answer(), contactId: contact.rootId };
  });
}

interface KnownContact {
  readonly rootId: string | undefined;
  readonly memberIds: readonly string[];
  readonly listings: readonly Listing[];
}

async function findContact(database: Database, contactId: string): Promise<KnownContact> {
  const [row] = await query<{ known: boolean }>(database, selectKnown, contactId);
  if (!row?.known) return { rootId: undefined, memberIds: [], listings: [] };
  const merged = await findMergedContact(database, contactId);
  return {
    ...merged,
    listings: await query<Listing>(database, selectListingsOf, merged.memberIds),
  };
}

/** All that is stored about an identity, on whatever channel. */
interface Reading {
  readonly identity: string | undefined;
  readonly consents: readonly CurrentConsent[];
  readonly words: readonly ConsentEvent[];
  readonly listings: readonly Listing[];
}

async function readIdentity(database: Database, identity: string): Promise<Reading> {
  const holders = await query<Listing>(database, selectListingsWith, identity);
  const contactIds = new Set<string>();
  for (const { contactId } of holders) {
    const { memberIds } = await findMergedContact(database, contactId);
    for (const memberId of memberIds) contactIds.add(memberId);
  }
  return {
    identity,
    consents: await query<CurrentConsent>(database, selectByIdentity, identity),
    words: [
      ...(await consentEventsAbout(database, identity)),
      ...(await consentEventsOf(database, [...contactIds])),
    ].toSorted((one, other) => other.since.getTime() - one.since.getTime()),
    listings: holders,
  };
}

async function query<Row>(
  { prisma }: Database,
  sql: string,
  value: string | readonly string[],
): Promise<Row[]> {
  return await prisma.$queryRawUnsafe<Row[]>(sql, value);
}

function createFindings() {
  const identities = new Set<string>();
  const consents = new Map<string, Consent>();
  const words = new Map<string, ConsentEvent>();

  return {
    add(read: Reading, isMeant: (channel: string) => boolean): void {
      const holders = read.listings.filter(({ channel }) => isMeant(channel));
      const isOfHolder = ({ channel, rootId }: ConsentEvent) =>
        read.identity === undefined ||
        holders.some((holder) => holder.channel === channel && holder.contactId === rootId);
      const said = read.words.filter(
        (word) => isMeant(word.channel) && (word.identity !== undefined || isOfHolder(word)),
      );
      const isKnown = holders.length > 0 || said.length > 0;
      if (isKnown && read.identity !== undefined) identities.add(read.identity);
      const isAbout = ({ appId, channel }: ConsentEvent, row: CurrentConsent) =>
        appId === row.appId && channel === row.channel;
      for (const row of read.consents.filter(({ channel }) => isMeant(channel))) {
        const { appId, channel, identity, contactId } = row;
        const key = JSON.stringify([appId, channel, identity, identity ?? contactId]);
        // The consent by identity comes first, with the events of every contact that has it.
        if (consents.has(key)) continue;
        consents.set(key, {
          ...withoutNulls(row),
          words: said.filter((word) => isAbout(word, row)),
        });
      }
      for (const word of said) words.set(word.eventKey, word);
    },
    answer() {
      const shown = [...consents.values()];
      const behind = new Set(shown.flatMap((consent) => consent.words.map((w) => w.eventKey)));
      return {
        identities: [...identities],
        consents: shown,
        otherWords: [...words.values()].filter(({ eventKey }) => !behind.has(eventKey)),
      };
    },
  };
}
