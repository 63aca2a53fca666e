import {
  bytes,
  instant,
  type ProjectionTable,
  receipts,
  receiptsRow,
  text,
} from './projection-table.ts';

/**
 * Words of consent. The first event that says a word fills its row as a whole. An opt-out without
 * a time may be said again in the very same words: that it was is what `repeated_at` keeps.
 */
export const consentEvent: ProjectionTable = {
  name: 'consent_event',
  key: [bytes('consent_key')],
  greatest: [instant('repeated_at'), receipts.last],
  least: [receipts.first],
  groups: [],
  first: {
    by: [instant('received_at'), bytes('event_digest')],
    columns: [
      ...text('app_id', 'contact_id', 'channel', 'identity', 'channel_identity'),
      ...text('kind', 'status', 'effect', 'request_id', 'time_text', 'nonce'),
      ...['happened_at', 'order_at'].map(instant),
    ],
  },
  rows: (event) =>
    event.facts.consentEvents.map((fact) => ({
      consent_key: fact.consentKey,
      app_id: fact.appId,
      contact_id: fact.contactId ?? null,
      channel: fact.channel,
      identity: fact.identity ?? null,
      channel_identity: fact.channelIdentity ?? null,
      kind: fact.kind,
      status: fact.status ?? null,
      effect: fact.effect ?? null,
      request_id: fact.requestId ?? null,
      time_text: fact.timeText ?? null,
      happened_at: fact.happenedAt ?? null,
      order_at: fact.orderAt,
      repeated_at: fact.repeatedAt ?? null,
      nonce: fact.nonce ?? null,
      received_at: event.receivedAt,
      event_digest: event.eventDigest,
      ...receiptsRow(event),
    })),
};
