import { describe, expect, it } from 'vitest';
import { type Evidence, reconcile } from './reconcile.ts';
import type { OfferedCallback, RequestSeen } from './request-log.ts';
import type { StoredEvent } from './stored-events.ts';

const digestOf = (letter: string) => letter.repeat(32);
const keyOf = (letter: string) => `MESSAGE_DELIVERY.01${letter}.${digestOf(letter)}`;
const [a, b, c] = [keyOf('a'), keyOf('b'), keyOf('c')] as const;

const offered = (...eventKeys: string[]): OfferedCallback[] =>
  eventKeys.map((eventKey, index) => ({ callback: `1.${index}`, eventKey }));

/** Makes the tries of one callback from their answers. */
const requests = (index: number, eventKey: string, ...statuses: (number | undefined)[]) =>
  statuses.map(
    (status, before): RequestSeen => ({
      callback: `1.${index}`,
      eventKey,
      number: before + 1,
      status,
    }),
  );

const stored = (eventKey: string, more: Partial<StoredEvent> = {}): StoredEvent => ({
  eventKey,
  state: 'APPLIED',
  bodyDigest: eventKey.slice(-32),
  receivedAt: '2026-01-02T03:04:05.678Z',
  openLetter: undefined,
  hasRedactedLetter: false,
  ...more,
});

/** Three callbacks without a violation: applied at once, applied after a 503, dead. */
const sound: Evidence = {
  offered: offered(a, b, c),
  requests: [
    ...requests(0, a, 200),
    ...requests(1, b, 503, undefined, 200),
    ...requests(2, c, 200),
  ],
  triesAllowed: 15,
  stored: [
    stored(a),
    stored(b),
    stored(c, { state: 'DEAD', openLetter: 'permanent: the body is not JSON' }),
  ],
  applications: new Map([
    [a, 1],
    [b, 1],
  ]),
  poisonKeys: new Set([c]),
};

const none = { lost: [], doubled: [], abandoned: [], givenUp: [], deadInVain: [] };

describe('reconcile', () => {
  it('finds no violation in a sound run', () => {
    const counts = { callbacks: 3, acknowledged: 3, applied: 2, dead: 1 };
    expect(reconcile(sound)).toEqual({ ...counts, ...none });
  });

  it('counts a callback once, however often it was sent and copied', () => {
    const evidence = {
      ...sound,
      offered: offered(a, b, c, a),
      requests: [...sound.requests, ...requests(3, a, 503, 200)],
    };
    expect(reconcile(evidence)).toMatchObject({ callbacks: 3, acknowledged: 3, ...none });
  });

  it('finds an event that was acknowledged and is not stored', () => {
    const evidence = { ...sound, stored: sound.stored.filter(({ eventKey }) => eventKey !== b) };
    expect(reconcile(evidence)).toMatchObject({
      applied: 1,
      lost: [{ eventKey: b, why: 'acknowledged, and not stored' }],
    });
  });

  it('counts a dead event without an open letter as lost', () => {
    const evidence = { ...sound, stored: [stored(a), stored(b), stored(c, { state: 'DEAD' })] };
    expect(reconcile(evidence).lost).toMatchObject([{ eventKey: c }]);
  });

  it('accepts a closed dead letter when a redaction has removed the body', () => {
    const dead = { state: 'DEAD', bodyDigest: undefined };
    const redacted = [stored(a), stored(b), stored(c, { ...dead, hasRedactedLetter: true })];
    expect(reconcile({ ...sound, stored: redacted })).toMatchObject({ dead: 1, ...none });
    const open = [stored(a), stored(b), stored(c, dead)];
    expect(reconcile({ ...sound, stored: open }).lost).toMatchObject([{ eventKey: c }]);
    const kept = [stored(a), stored(b), stored(c, { state: 'DEAD', hasRedactedLetter: true })];
    expect(reconcile({ ...sound, stored: kept }).lost).toMatchObject([{ eventKey: c }]);
  });

  it('counts an event that is stored with another body as lost', () => {
    const changed = stored(a, { bodyDigest: digestOf('f') });
    expect(
      reconcile({ ...sound, stored: [changed, stored(b), ...sound.stored.slice(2)] }),
    ).toMatchObject({ lost: [{ eventKey: a, why: 'stored with another body than was sent' }] });
  });

  it('accepts a missing body after a redaction', () => {
    const redacted = stored(a, { bodyDigest: undefined });
    expect(reconcile({ ...sound, stored: [redacted, ...sound.stored.slice(1)] })).toMatchObject(
      none,
    );
  });

  it('counts a callback that was refused with a final answer as lost', () => {
    const evidence = { ...sound, requests: [...sound.requests.slice(1), ...requests(0, a, 401)] };
    expect(reconcile(evidence).lost).toEqual([
      { eventKey: a, why: 'answered with 401, which Sinch never repeats' },
    ]);
  });

  it.each([503, 429, 500, undefined])(
    'finds a callback that was answered with %s and never offered again',
    (status) => {
      const evidence = {
        ...sound,
        requests: [...sound.requests.slice(1), ...requests(0, a, status)],
      };
      expect(reconcile(evidence).abandoned).toMatchObject([{ eventKey: a }]);
    },
  );

  it('finds a callback that was never sent at all', () => {
    const evidence = { ...sound, requests: sound.requests.slice(1) };
    expect(reconcile(evidence).abandoned).toEqual([{ eventKey: a, why: 'never sent' }]);
  });

  it('distinguishes a callback that was given up after all tries from a dropped one', () => {
    const tries = Array.from({ length: 15 }, () => 503);
    const evidence = {
      ...sound,
      requests: [...sound.requests.slice(1), ...requests(0, a, ...tries)],
    };
    expect(reconcile(evidence)).toMatchObject({
      givenUp: [{ eventKey: a, why: 'not acknowledged in 15 tries' }],
      abandoned: [],
    });
  });

  it('finds a body that is stored under two keys', () => {
    const twin = stored(`UNKNOWN.-.${digestOf('a')}`);
    expect(reconcile({ ...sound, stored: [...sound.stored, twin] }).doubled).toEqual([
      { eventKey: twin.eventKey, why: 'the same body is stored under another key as well' },
    ]);
  });

  it('finds an event that is applied and has an open dead letter', () => {
    const both = stored(b, { openLetter: 'quarantined: the process died' });
    const evidence = { ...sound, stored: [stored(a), both, ...sound.stored.slice(2)] };
    expect(reconcile(evidence).doubled).toEqual([
      { eventKey: b, why: 'applied, and an open dead letter' },
    ]);
  });

  it('finds an event that two workers log as applied', () => {
    const evidence = { ...sound, applications: new Map([[a, 2]]) };
    expect(reconcile(evidence).doubled).toEqual([
      { eventKey: a, why: 'workers applied it 2 times' },
    ]);
  });

  it('finds a dead letter of an event that could have been applied', () => {
    expect(reconcile({ ...sound, poisonKeys: new Set() }).deadInVain).toEqual([
      { eventKey: c, why: 'permanent: the body is not JSON' },
    ]);
  });
});
