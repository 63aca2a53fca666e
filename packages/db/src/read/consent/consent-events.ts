import { eventKeyOf } from '@sinch-callbacks/core';
import type { Database } from '../../database.ts';
import { type WithoutNulls, withoutNulls } from '../without-nulls.ts';

interface Row {
  readonly appId: string;
  readonly channel: string;
  readonly identity: string | null;
  /** The identity as Sinch sent it. */
  readonly channelIdentity: string | null;
  /** The contact as reported; `rootId` is the one after merges. */
  readonly contactId: string | null;
  readonly rootId: string | null;
  readonly kind: 'OPT_IN' | 'OPT_OUT';
  readonly status: string | null;
  /**
   * The effect; absent where it changes nothing: it failed, or it is an opt-in that grants nothing.
   */
  readonly effect: 'IN' | 'OUT' | null;
  readonly requestId: string | null;
  /**
   * The time from which it counts: its own, or its last receipt where its own is unreadable or
   * implausible.
   */
  readonly since: Date;
  /** Absent where Sinch gives no time that can be read. */
  readonly happenedAt: Date | null;
  readonly receivedAt: Date;
  readonly digest: string;
}

/** One opt-in or opt-out that was received. */
export type ConsentEvent = WithoutNulls<Omit<Row, 'digest'>> & {
  /** The key of its callback. */
  readonly eventKey: string;
};

const consentEvents = (condition: string) => `
SELECT e.app_id AS "appId", e.channel, e.identity, e.channel_identity AS "channelIdentity",
  e.contact_id AS "contactId", coalesce(r.root_id, e.contact_id) AS "rootId",
  e.kind, e.status, e.effect, e.request_id AS "requestId", e.happened_at AS "happenedAt",
  greatest(e.order_at, e.repeated_at) AS since, e.received_at AS "receivedAt",
  encode(e.event_digest, 'hex') AS digest
FROM consent_event AS e LEFT JOIN contact_root AS r ON r.contact_id = e.contact_id
WHERE ${condition}
ORDER BY since DESC, e.event_digest
LIMIT 1000`;

export const selectConsentEventsAbout = consentEvents('e.identity = $1');
export const selectConsentEventsOf = consentEvents(
  'e.contact_id = ANY($1::text[]) AND e.identity IS NULL',
);

/** Finds consent events about an identity, from any contact; the latest first. */
export async function consentEventsAbout(
  { prisma }: Database,
  identity: string,
): Promise<readonly ConsentEvent[]> {
  return (await prisma.$queryRawUnsafe<Row[]>(selectConsentEventsAbout, identity)).map(
    consentEventOf,
  );
}

/** Finds consent events of these contacts about all their identities; the latest first. */
export async function consentEventsOf(
  { prisma }: Database,
  contactIds: readonly string[],
): Promise<readonly ConsentEvent[]> {
  return (await prisma.$queryRawUnsafe<Row[]>(selectConsentEventsOf, contactIds)).map(
    consentEventOf,
  );
}

function consentEventOf({ digest, ...row }: Row): ConsentEvent {
  const event = withoutNulls(row);
  return { ...event, eventKey: eventKeyOf(event.kind, event.requestId, digest) };
}
