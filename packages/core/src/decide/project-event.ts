import { channelOf } from './channel-of.ts';
import { factsOf } from './facts.ts';
import { parseInstant } from './instant.ts';
import type { Project } from './projection.ts';
import { stampOf } from './stamp.ts';
import { surroundingsOf } from './surroundings.ts';

/** EVENT_INBOUND: something a contact did other than writing. */
export const projectInboundEvent: Project<'EVENT_INBOUND'> = (
  { appId, body },
  { key, at: envelopeAt },
) => {
  const at = parseInstant(body.accept_time) ?? envelopeAt;
  const channel = channelOf(body);
  const content = body.contact_event ?? body.contact_message_event ?? {};
  const stamp = stampOf(0, at, key);
  const named = { appId, contactId: body.contact_id, conversationId: body.conversation_id };
  return {
    kind: 'facts',
    facts: factsOf({
      inboundEvents: [
        {
          ...named,
          id: body.id ?? key,
          processingMode: body.processing_mode,
          event: {
            kind: Object.keys(content)[0] ?? 'unknown',
            json: JSON.stringify(content),
            channel: channel?.channel,
            identity: channel?.identity,
            at: at?.iso,
            stamp,
          },
        },
      ],
      ...surroundingsOf(named, channel, stamp),
    }),
  };
};

/** CHANNEL_EVENT: news of a channel itself. It has no identity, so each is a row of its own. */
export const projectChannelEvent: Project<'CHANNEL_EVENT'> = ({ appId, body }, { key, at }) => {
  const { channel, event_type: eventType, additional_data: data } = body.channel_event ?? {};
  const additionalDataJson = data && JSON.stringify(data);
  const stamp = stampOf(0, at, key);
  const event = { channel, eventType, additionalDataJson, at: at?.iso, stamp };
  return { kind: 'facts', facts: factsOf({ channelEvents: [{ appId, event }] }) };
};

/** UNSUPPORTED: kept as an event; it names a conversation and a contact at the most. */
export const projectUnsupported: Project<'UNSUPPORTED'> = ({ appId, body }, { key, at }) => {
  const named = { appId, contactId: body.contact_id, conversationId: body.conversation_id };
  const surroundings = surroundingsOf(named, channelOf(body), stampOf(0, at, key));
  return { kind: 'facts', facts: factsOf(surroundings) };
};
