import { describe, expect, it } from 'vitest';
import { factsOf, greatest, only, receivedAt } from '../../decide/decide-event.fixture.ts';

const reason = {
  code: 'RECIPIENT_NOT_REACHABLE',
  description: 'x',
  sub_code: 'UNSPECIFIED_SUB_CODE',
  channel_code: '131026',
};
const micro = (text: string) =>
  text.replace(/(?:\.\d+)?Z$/, (part) => `.${part.slice(1, -1).padEnd(6, '0')}Z`);

function report(status: string, more: object = {}, envelope: object = {}) {
  return {
    app_id: '01APP',
    project_id: 'p',
    ...envelope,
    message_delivery_report: {
      message_id: '01MSG',
      status,
      channel_identity: { channel: 'SMS', identity: '+1 (555) 0100', app_id: '' },
      ...more,
    },
  };
}

const messageOf = (...given: Parameters<typeof factsOf>) => only(factsOf(...given).messages);
const onChannelOf = (...given: Parameters<typeof factsOf>) =>
  only(factsOf(...given).messageChannels).status;

describe('a delivery report', () => {
  it('has one spelling of the number, with the text as sent beside it', () => {
    const facts = factsOf(report('DELIVERED', { contact_id: 'c' }));
    const both = { identity: '15550100', channelIdentity: '+1 (555) 0100' };
    expect(facts.messages).toMatchObject([{ overallStatus: both }]);
    expect(facts.messageStatuses).toMatchObject([both]);
    expect(facts.messageChannels).toMatchObject([{ channel: 'SMS', status: both }]);
    expect(facts.contactIdentities).toMatchObject([{ channel: 'SMS', ...both }]);
  });

  it("never takes the channel's metadata for the sender's", () => {
    const envelope = { message_metadata: '{"operator":"Example"}' };
    expect(messageOf(report('DELIVERED', {}, envelope))).toMatchObject({
      metadata: undefined,
      channelMetadata: '{"operator":"Example"}',
    });
    expect(messageOf(report('DELIVERED', { metadata: 'order-7' }, envelope))).toMatchObject({
      metadata: 'order-7',
      channelMetadata: '{"operator":"Example"}',
    });
  });

  it('reads channel metadata wherever they stand, also where they are no text', () => {
    const more = { channel_metadata: { operator: 'Example' } };
    const wanted = { channelMetadata: '{"operator":"Example"}' };
    expect(messageOf(report('DELIVERED', more))).toMatchObject(wanted);
    expect(messageOf(report('DELIVERED', {}, more))).toMatchObject(wanted);
  });

  it("takes our marker from the sender's metadata", () => {
    const outboundId = '6f9619ff-8b86-4011-b42d-00c04fc964ff';
    const reported = (metadata: string) => messageOf(report('DELIVERED', { metadata }));
    expect(reported(`sc:${outboundId};order-7`)).toMatchObject({ outboundId, metadata: 'order-7' });
    expect(reported(`sc:${outboundId};`)).toMatchObject({ outboundId, metadata: undefined });
    expect(reported('order-7')).toMatchObject({ outboundId: undefined, metadata: 'order-7' });
  });

  it("splits what a batch adds from the sender's metadata", () => {
    const metadata = '{"order":9007199254740993,"_batch_id":"01BATCH","message_index":3}';
    expect(messageOf(report('DELIVERED', { metadata }))).toMatchObject({
      metadata: '{"order":9007199254740993}',
      batchId: '01BATCH',
    });
    const alone = '{"_batch_id":"01BATCH","message_index":3}';
    expect(messageOf(report('DELIVERED', { metadata: alone }))).toMatchObject({
      metadata: undefined,
      batchId: '01BATCH',
    });
    for (const own of ['_batch_id', '{"_batch_id":', '{"_batch_id":7,"message_index":1}']) {
      expect(messageOf(report('DELIVERED', { metadata: own }))).toMatchObject({
        metadata: own,
        batchId: undefined,
      });
    }
  });

  it('shows a reason for a failure, a switch or an unknown status, and for nothing else', () => {
    for (const status of ['FAILED', 'SWITCHING_CHANNEL', 'TELEPATHED']) {
      const shown = {
        reasonCode: 'RECIPIENT_NOT_REACHABLE',
        reasonDescription: 'x',
        reasonSubCode: 'UNSPECIFIED_SUB_CODE',
        reasonChannelCode: '131026',
      };
      expect(messageOf(report(status, { reason })).overallStatus).toMatchObject(shown);
      expect(onChannelOf(report(status, { reason }))).toMatchObject(shown);
    }
    for (const status of ['QUEUED', 'QUEUED_ON_CHANNEL', 'DELIVERED', 'READ']) {
      const facts = factsOf(report(status, { reason }));
      expect(only(facts.messages).overallStatus?.reasonCode).toBeUndefined();
      expect(only(facts.messageChannels).status.reasonCode).toBeUndefined();
      expect(only(facts.messageStatuses).reasonCode).toBe('RECIPIENT_NOT_REACHABLE');
    }
  });

  it('of several failures on a channel, the first gives the reason; of other reports, the last wins', () => {
    const at = (status: string, event_time: string) =>
      onChannelOf(report(status, {}, { event_time }));
    const first = '2026-11-20T10:00:00Z';
    const last = '2026-11-20T10:00:05Z';
    for (const status of ['FAILED', 'SWITCHING_CHANNEL']) {
      expect(greatest([at(status, last), at(status, first)]).statusAt).toBe(micro(first));
    }
    for (const status of ['QUEUED_ON_CHANNEL', 'DELIVERED', 'READ', 'TELEPATHED']) {
      expect(greatest([at(status, last), at(status, first)]).statusAt).toBe(micro(last));
    }
  });

  it('ranks a channel that was left below one that is queued, and above on its own channel', () => {
    const facts = factsOf(report('SWITCHING_CHANNEL'));
    expect(only(facts.messages).overallStatus?.statusRank).toBe(15);
    expect(only(facts.messageChannels).status.statusRank).toBe(25);
    expect(only(facts.messageStatuses).rank).toBe(25);
  });

  it('without a channel belongs to the channel without a name', () => {
    const facts = factsOf(report('DELIVERED', { channel_identity: null }));
    expect(only(facts.messageChannels).channel).toBe('');
    expect(only(facts.messages).overallStatus?.channel).toBeUndefined();
    expect(only(facts.messageStatuses).channel).toBeUndefined();
  });

  it('is ordered by event_time alone: accepted_time is the same for all reports of a message', () => {
    const accepted = onChannelOf(
      report('DELIVERED', {}, { accepted_time: '2026-11-20T10:00:00Z' }),
    );
    expect(accepted.stamp.slice(2, 18)).toBe('0'.repeat(16));
    expect(accepted.statusAt).toBeUndefined();
  });

  it.each([
    ['DELIVERED', 'deliveredAt'],
    ['READ', 'readAt'],
    ['FAILED', 'failedAt'],
  ] as const)('%s says when: at its time, or else at the receipt', (status, field) => {
    const event_time = '2026-11-20T10:00:00Z';
    expect(messageOf(report(status, {}, { event_time }))[field]).toBe(micro(event_time));
    for (const envelope of [{}, { event_time: 'soon' }]) {
      expect(messageOf(report(status, {}, envelope))[field]).toBe(micro(receivedAt));
    }
    const others = ['deliveredAt', 'readAt', 'failedAt'].filter((other) => other !== field);
    for (const other of others)
      expect(messageOf(report(status))).toMatchObject({ [other]: undefined });
  });

  it('takes `sentAt` from accepted_time, and `happenedAt` from that or the receipt', () => {
    const accepted_time = '2026-11-20T09:00:00Z';
    expect(messageOf(report('READ', {}, { accepted_time }))).toMatchObject({
      projectId: 'p',
      sentAt: micro(accepted_time),
      happenedAt: micro(accepted_time),
    });
    expect(messageOf(report('READ'))).toMatchObject({
      sentAt: undefined,
      happenedAt: micro(receivedAt),
    });
  });

  it('with an id, identity, channel or status of any length fits an index', () => {
    const long = 'x'.repeat(5_000);
    const identity = { channel: `C${long}`, identity: `1${long}`, app_id: long };
    const facts = factsOf(
      report(`S${long}`, { message_id: long, channel_identity: identity, contact_id: long }),
    );
    const texts = JSON.stringify(facts).match(/x{50,}[^"]*/g) ?? [];
    expect(texts.length).toBeGreaterThan(10);
    for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(200);
  });
});

describe('a report on an event to a contact', () => {
  it('has a status as a message has, over all channels and on each', () => {
    const facts = factsOf({
      app_id: '01APP',
      event_time: '2026-11-20T10:00:00Z',
      event_delivery_report: {
        event_id: '01EVENT',
        status: 'SWITCHING_CHANNEL',
        channel_identity: { channel: 'RCS', identity: '+15550100' },
        reason,
      },
    });
    const shared = {
      status: 'SWITCHING_CHANNEL',
      identity: '15550100',
      reasonChannelCode: '131026',
    };
    expect(only(facts.eventDeliveries).overallStatus).toMatchObject({
      ...shared,
      channel: 'RCS',
      statusRank: 15,
    });
    expect(only(facts.eventDeliveryChannels)).toMatchObject({
      sinchEventId: '01EVENT',
      channel: 'RCS',
      status: { ...shared, statusRank: 25 },
    });
  });
});
