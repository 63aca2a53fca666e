import { describe, expect, it } from 'vitest';
import {
  type OutboundEvidence,
  type OutboundRow,
  reconcileOutbound,
} from './reconcile-outbound.ts';

const row = (id: string, state: string, messageId: string | null = null): OutboundRow => ({
  id,
  key: `key of ${id}`,
  state,
  messageId,
});
const at = (outboundId: string | undefined, messageId: string) => ({ outboundId, messageId });

/** Compares rows with phones, where each row was asked for. */
function compare(rows: readonly OutboundRow[], more: Partial<OutboundEvidence> = {}) {
  const none = { received: [], reported: new Set<string>() };
  return reconcileOutbound({ asked: rows.map(({ key }) => key), rows, ...none, ...more });
}

const sound = { sentTwice: [], sentUnasked: [], outboundLost: [], outboundWrong: [] };

it('agrees with rows that say what happened', () => {
  const rows = [
    row('a', 'SENT', 'M1'),
    row('b', 'SENT'),
    row('c', 'UNCERTAIN'),
    row('d', 'UNCERTAIN'),
    row('e', 'REFUSED'),
  ];
  const received = [at('a', 'M1'), at('b', 'M2'), at('c', 'M3')];
  const counts = { rows: 5, sent: 2, uncertain: 2, atPhones: 3 };
  expect(compare(rows, { received })).toEqual({ ...sound, ...counts });
});

describe('finds', () => {
  it('a message that is at a phone twice', () => {
    const received = [at('a', 'M1'), at('a', 'M2')];
    expect(compare([row('a', 'SENT', 'M1')], { received })).toMatchObject({
      ...sound,
      sentTwice: [{ eventKey: 'outbound a', why: 'at a phone 2 times' }],
    });
  });

  it.each([
    ['of another run', at('z', 'M1')],
    ['without a marker', at(undefined, 'M1')],
  ])('a message at a phone %s', (_, message) => {
    expect(compare([], { received: [message] })).toMatchObject({
      ...sound,
      sentUnasked: [{ eventKey: 'outbound M1' }],
    });
  });

  it('a message that was queued and has no row, and a row that was not asked for', () => {
    const found = compare([row('a', 'UNCERTAIN')], { asked: ['other'] });
    expect(found).toMatchObject({
      ...sound,
      outboundLost: [{ eventKey: 'outbound other' }, { eventKey: 'outbound key of a' }],
    });
  });

  it.each([
    ['one that is left', row('a', 'SENDING'), []],
    ['one that is discarded', row('a', 'DISCARDED'), []],
    ['SENT, and at no phone', row('a', 'SENT', 'M1'), []],
    ['SENT with the id of another', row('a', 'SENT', 'M2'), [at('a', 'M1')]],
    ['REFUSED, and at a phone', row('a', 'REFUSED'), [at('a', 'M1')]],
    ['UNCERTAIN, although its reports were applied', row('a', 'UNCERTAIN'), [at('a', 'M1')]],
  ])('a wrong state: %s', (_, wrong, received) => {
    const found = compare([wrong], { received, reported: new Set(['M1']) });
    expect(found).toMatchObject({ ...sound, outboundWrong: [{ eventKey: 'outbound a' }] });
  });
});
