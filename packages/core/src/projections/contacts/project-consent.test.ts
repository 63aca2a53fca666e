import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsOf, only } from '../../decide/decide-event.fixture.ts';

const at = '2026-11-20T14:30:00Z';
const notification = {
  contact_id: 'c',
  channel: 'SMS',
  identity: '+15550100',
  status: 'OPT_IN_SUCCEEDED',
};
const opt = (way: 'in' | 'out', more: object = {}, envelope: object = { event_time: at }) => ({
  app_id: '01APP',
  ...envelope,
  [`opt_${way}_notification`]: { ...notification, ...more },
});
const consentOf = (...given: Parameters<typeof factsOf>) => only(factsOf(...given).consentEvents);

describe('a consent', () => {
  it('is about one number, with contact, time and request', () => {
    const facts = factsOf(opt('in', { request_id: 'r' }));
    expect(facts.consentEvents).toMatchObject([
      {
        appId: '01APP',
        contactId: 'c',
        channel: 'SMS',
        identity: '15550100',
        channelIdentity: '+15550100',
        kind: 'OPT_IN',
        status: 'OPT_IN_SUCCEEDED',
        effect: 'IN',
        requestId: 'r',
        timeText: at,
        happenedAt: '2026-11-20T14:30:00.000000Z',
        orderAt: '2026-11-20T14:30:00.000000Z',
      },
    ]);
    expect(facts.contacts).toMatchObject([{ sinchContactId: 'c' }]);
    expect(facts.contactIdentities).toMatchObject([
      { sinchContactId: 'c', channel: 'SMS', identity: '15550100', listedStamp: undefined },
    ]);
  });

  it.each([
    ['in', 'OPT_IN_SUCCEEDED', 'IN'],
    ['in', 'OPT_OUT_SUCCEEDED', 'IN'],
    ['in', 'OPT_IN_STATUS_UNSPECIFIED', undefined],
    ['in', 'OPT_IN_FAILED', undefined],
    ['out', 'OPT_OUT_SUCCEEDED', 'OUT'],
    ['out', 'OPT_IN_SUCCEEDED', 'OUT'],
    ['out', 'OPT_OUT_STATUS_UNSPECIFIED', 'OUT'],
    ['out', 'OPT_OUT_FAILED', undefined],
    ['out', 'OPT_OUT_BRAND_NEW', 'OUT'],
    ['out', undefined, 'OUT'],
  ] as const)('opt_%s with %s has the effect %s', (way, status, effect) => {
    expect(consentOf(opt(way, { status })).effect).toBe(effect);
  });

  it('of a contact or of an identity alone counts too', () => {
    expect(consentOf(opt('out', { identity: '' }))).toMatchObject({
      contactId: 'c',
      identity: undefined,
    });
    expect(factsOf(opt('out', { contact_id: '' }))).toMatchObject({
      consentEvents: [{ contactId: undefined, identity: '15550100' }],
      contactIdentities: [],
    });
  });

  it.each([
    ['2026-11-26T15:45:00.456', '2026-11-26T15:45:00.456000Z'],
    ['2026-11-26T15:45:00+0000', '2026-11-26T15:45:00.000000Z'],
    [1_764_171_900, '2025-11-26T15:45:00.000000Z'],
  ])('said at %s counts from then', (event_time, orderAt) => {
    expect(consentOf(opt('out', {}, { event_time })).orderAt).toBe(orderAt);
  });

  it.each([
    [{}, undefined],
    [{ event_time: 'soon' }, undefined],
    [{ event_time: '2062-01-01T00:00:00Z' }, '2062-01-01T00:00:00.000000Z'],
  ])(
    'with the time %j counts from the reference, and shows what Sinch wrote',
    (envelope, happenedAt) => {
      const consent = consentOf(opt('out', {}, envelope), { signedAtSeconds: 1_800_000_000 });
      expect(consent).toMatchObject({ orderAt: '2027-01-15T08:00:00.000000Z', happenedAt });
    },
  );

  it('without a time may be repeated, if it is an opt-out', () => {
    expect(consentOf(opt('out', {}, {})).repeatedAt).toBe('2026-11-27T12:00:00.000000Z');
    expect(consentOf(opt('in', {}, {})).repeatedAt).toBeUndefined();
    expect(consentOf(opt('out')).repeatedAt).toBeUndefined();
    expect(consentOf(opt('out', {}, { event_time: 'soon' })).repeatedAt).toBeUndefined();
    expect(consentOf(opt('out', { status: 'OPT_OUT_FAILED' }, {})).repeatedAt).toBeUndefined();
  });

  it('carries the nonce of its signature while that is stored', () => {
    const signature = { timestampSeconds: 1, nonce: 'n', secretPosition: 0, isStale: true };
    expect(consentOf(opt('out'), { signature }).nonce).toBe('n');
    expect(consentOf(opt('out')).nonce).toBeUndefined();
  });

  it('has one key in every serialisation, and spelling of the number, and another for another consent', () => {
    const keyOf = (...given: Parameters<typeof factsOf>) => consentOf(...given).consentKey;
    const key = keyOf(opt('out'));
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(keyOf(JSON.stringify(opt('out'), undefined, 2))).toBe(key);
    expect(keyOf(opt('out', { identity: '1 555 0100' }))).toBe(key);
    expect(keyOf(opt('out'), { receivedAt: '2026-12-01T00:00:00Z' })).toBe(key);
    const others = [
      opt('in'),
      opt('out', {}, { event_time: '2026-11-20T14:30:01Z' }),
      opt('out', {}, {}),
      opt('out', { request_id: 'r' }),
      opt('out', { request_id: 'q' }),
      opt('out', { identity: '15550101' }),
      opt('out', { contact_id: 'd' }),
      opt('out', { channel: 'RCS' }),
      opt('out', { status: 'OPT_OUT_SUCCEEDED' }),
      { ...opt('out'), app_id: '01OTHER' },
    ];
    expect(new Set([key, ...others.map((body) => keyOf(body))]).size).toBe(others.length + 1);
    const sameRequest = opt('out', { request_id: 'r' }, { event_time: '2026-11-20T15:00:00Z' });
    expect(keyOf(sameRequest)).toBe(keyOf(opt('out', { request_id: 'r' })));
  });

  it('never counts from later than 300 s after the reference, whatever its clock says', () => {
    const second = fc.integer({ min: 100_000_000, max: 4_102_444_800 });
    fc.assert(
      fc.property(second, second, (said, received) => {
        const receivedAt = new Date(received * 1000).toISOString();
        const event_time = new Date(said * 1000).toISOString();
        const { orderAt } = consentOf(opt('in', {}, { event_time }), { receivedAt });
        expect(Date.parse(orderAt)).toBe((said <= received + 300 ? said : received) * 1000);
      }),
    );
  });
});

it('a capability names the number that it is about in one spelling', () => {
  const facts = factsOf({
    capability_notification: { channel: 'RCS', identity: '+15550100', contact_id: 'c' },
  });
  expect(facts.capabilities).toMatchObject([
    { identity: '15550100', capability: { channelIdentity: '+15550100' } },
  ]);
  expect(facts.contactIdentities).toMatchObject([{ sinchContactId: 'c', identity: '15550100' }]);
});
