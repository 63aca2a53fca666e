import type { ConsentEventFact } from '@sinch-callbacks/core';
import type { EventToWrite } from '../../src/index.ts';

/** A row of the view `consent_current`. */
export interface Consent {
  readonly app_id: string;
  readonly channel: string;
  readonly identity: string | null;
  readonly contact_id: string | null;
  readonly state: 'OPTED_IN' | 'OPTED_OUT';
  readonly since: string;
}

interface ReceivedConsent {
  readonly fact: ConsentEventFact;
  readonly receivedAt: string;
  readonly digest: string;
  readonly since: string;
}

/** Applies the rules of consent in memory: slow, and written without a look at the view. */
export function readConsents(events: readonly EventToWrite[]): Consent[] {
  const facts = events.flatMap(({ decision }) => (decision.kind === 'apply' ? decision.facts : []));
  const merges = facts.flatMap(({ contactMerges }) => contactMerges);
  const rootOf = (contactId: string) => readRoot(contactId, merges);
  const listings = facts
    .flatMap(({ contactIdentities }) => contactIdentities)
    .map(({ sinchContactId, channel, identity }) => ({
      root: rootOf(sinchContactId),
      channel,
      identity,
    }));
  const received = receivedConsents(events).filter(({ fact }) => fact.effect !== undefined);
  const rows = new Map<string, Consent>();
  for (const { fact } of received) {
    const root = fact.contactId === undefined ? undefined : rootOf(fact.contactId);
    const identities =
      fact.identity === undefined
        ? listings.flatMap((one) =>
            one.root === root && one.channel === fact.channel ? one.identity : [],
          )
        : [fact.identity];
    for (const identity of identities.length > 0 ? identities : [null]) {
      const row = resolve(fact.appId, fact.channel, identity, root);
      rows.set(JSON.stringify([row.app_id, row.channel, row.identity, identity ?? root]), row);
    }
  }
  return [...rows.values()];

  function resolve(
    appId: string,
    channel: string,
    identity: string | null,
    contact: string | undefined,
  ): Consent {
    const there = received.filter(({ fact }) => fact.appId === appId && fact.channel === channel);
    const own = there.filter(({ fact }) => identity !== null && fact.identity === identity);
    const ofContacts = there.filter(({ fact }) => {
      if (fact.identity !== undefined || fact.contactId === undefined) return false;
      const root = rootOf(fact.contactId);
      if (identity === null) return root === contact;
      return listings.some(
        (one) => one.root === root && one.channel === channel && one.identity === identity,
      );
    });
    const ownConsent = latest(own);
    const contactConsent = latest(ofContacts);
    const competes = contactConsent?.fact.effect === 'OUT' || ownConsent === undefined;
    const winner = competes ? later(ownConsent, contactConsent) : ownConsent;
    if (winner === undefined) throw new Error('a row without a consent');
    const { contactId, effect } = winner.fact;
    return {
      app_id: appId,
      channel,
      identity,
      contact_id: contactId === undefined ? null : rootOf(contactId),
      state: effect === 'OUT' ? 'OPTED_OUT' : 'OPTED_IN',
      since: winner.since,
    };
  }
}

/** Returns one consent for each key: that of its first event, with the time of the last one. */
function receivedConsents(events: readonly EventToWrite[]): ReceivedConsent[] {
  const byKey = new Map<string, ReceivedConsent[]>();
  for (const { event, decision } of events) {
    if (decision.kind !== 'apply') continue;
    for (const fact of decision.facts.consentEvents) {
      const digest = event.key.slice(-32);
      const consent = { fact, receivedAt: event.receivedAt, digest, since: fact.orderAt };
      byKey.set(fact.consentKey, [...(byKey.get(fact.consentKey) ?? []), consent]);
    }
  }
  return [...byKey.values()].flatMap((copies) => {
    const [first] = copies.toSorted((a, b) =>
      [a.receivedAt, a.digest].join() < [b.receivedAt, b.digest].join() ? -1 : 1,
    );
    const repeats = copies.flatMap(({ fact }) => fact.repeatedAt ?? []);
    const [since] = [...repeats, ...(first ? [first.since] : [])].toSorted().reverse();
    return first && since !== undefined ? [{ ...first, since }] : [];
  });
}

function latest(received: readonly ReceivedConsent[]): ReceivedConsent | undefined {
  return received.reduce<ReceivedConsent | undefined>((one, other) => {
    if (one?.since === other.since && one.fact.effect === other.fact.effect) {
      return other.digest > one.digest ? other : one;
    }
    return later(one, other);
  }, undefined);
}

/** Returns the later one. Out wins ties; of two with the same effect and time the first counts. */
function later(
  one: ReceivedConsent | undefined,
  other: ReceivedConsent | undefined,
): ReceivedConsent | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.since !== other.since) return one.since > other.since ? one : other;
  return one.fact.effect === 'OUT' || other.fact.effect === 'IN' ? one : other;
}

/**
 * Finds the root: among connected contacts the least that was merged into no other, or else the
 * least.
 */
function readRoot(
  contactId: string,
  merges: readonly { deletedContactId: string; preservedContactId: string }[],
): string {
  let connected = [contactId];
  for (;;) {
    const more = merges
      .filter(
        (merge) =>
          connected.includes(merge.deletedContactId) ||
          connected.includes(merge.preservedContactId),
      )
      .flatMap((merge) => [merge.deletedContactId, merge.preservedContactId]);
    const grown = [...new Set([...connected, ...more])];
    if (grown.length === connected.length) break;
    connected = grown;
  }
  const living = connected.filter(
    (id) => !merges.some(({ deletedContactId }) => deletedContactId === id),
  );
  const [root = contactId] = (living.length > 0 ? living : connected).toSorted();
  return root;
}
