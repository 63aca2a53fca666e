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

interface Word {
  readonly fact: ConsentEventFact;
  readonly receivedAt: string;
  readonly digest: string;
  readonly since: string;
}

/** The rules of consent, read in memory: slow, and written without a look at the view. */
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
  const words = consentEventsOf(events).filter(({ fact }) => fact.effect !== undefined);
  const rows = new Map<string, Consent>();
  for (const { fact } of words) {
    const root = fact.contactId === undefined ? undefined : rootOf(fact.contactId);
    const identities =
      fact.identity === undefined
        ? listings.flatMap((one) =>
            one.root === root && one.channel === fact.channel ? one.identity : [],
          )
        : [fact.identity];
    for (const identity of identities.length > 0 ? identities : [null]) {
      const row = decide(fact.appId, fact.channel, identity, root);
      rows.set(JSON.stringify([row.app_id, row.channel, row.identity, identity ?? root]), row);
    }
  }
  return [...rows.values()];

  function decide(
    appId: string,
    channel: string,
    identity: string | null,
    contact: string | undefined,
  ): Consent {
    const there = words.filter(({ fact }) => fact.appId === appId && fact.channel === channel);
    const own = there.filter(({ fact }) => identity !== null && fact.identity === identity);
    const ofContacts = there.filter(({ fact }) => {
      if (fact.identity !== undefined || fact.contactId === undefined) return false;
      const root = rootOf(fact.contactId);
      if (identity === null) return root === contact;
      return listings.some(
        (one) => one.root === root && one.channel === channel && one.identity === identity,
      );
    });
    const ownWord = latest(own);
    const contactWord = latest(ofContacts);
    const competes = contactWord?.fact.effect === 'OUT' || ownWord === undefined;
    const winner = competes ? later(ownWord, contactWord) : ownWord;
    if (winner === undefined) throw new Error('a row without a word');
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

/** One word for each key: that of its first event, said last when the last of them was. */
function consentEventsOf(events: readonly EventToWrite[]): Word[] {
  const byKey = new Map<string, Word[]>();
  for (const { event, decision } of events) {
    if (decision.kind !== 'apply') continue;
    for (const fact of decision.facts.consentEvents) {
      const digest = event.key.slice(-32);
      const word = { fact, receivedAt: event.receivedAt, digest, since: fact.orderAt };
      byKey.set(fact.consentKey, [...(byKey.get(fact.consentKey) ?? []), word]);
    }
  }
  return [...byKey.values()].flatMap((said) => {
    const [first] = said.toSorted((a, b) =>
      [a.receivedAt, a.digest].join() < [b.receivedAt, b.digest].join() ? -1 : 1,
    );
    const repeats = said.flatMap(({ fact }) => fact.repeatedAt ?? []);
    const [since] = [...repeats, ...(first ? [first.since] : [])].toSorted().reverse();
    return first && since !== undefined ? [{ ...first, since }] : [];
  });
}

function latest(words: readonly Word[]): Word | undefined {
  return words.reduce<Word | undefined>((one, other) => {
    if (one?.since === other.since && one.fact.effect === other.fact.effect) {
      return other.digest > one.digest ? other : one;
    }
    return later(one, other);
  }, undefined);
}

/** Out wins ties; of two words that say the same at the same time the first counts. */
function later(one: Word | undefined, other: Word | undefined): Word | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.since !== other.since) return one.since > other.since ? one : other;
  return one.fact.effect === 'OUT' || other.fact.effect === 'IN' ? one : other;
}

/** Of all contacts that merges connect: one that was merged into no other, or else any; the least. */
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
