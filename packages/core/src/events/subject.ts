import type { CallbackBody, SinchEvent } from '../bodies/sinch-event.ts';

/** Ids of the conversation and the person that an event concerns. */
export interface Subject {
  readonly conversationId?: string | undefined;
  readonly contactId?: string | undefined;
  readonly channel?: string | undefined;
  /** As Sinch sent it. */
  readonly identity?: string | undefined;
}

/** Returns the conversation and the person that an event names. */
export function subjectOf(event: SinchEvent): Subject {
  switch (event.trigger) {
    case 'MESSAGE_INBOUND':
    case 'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION':
    case 'MESSAGE_SUBMIT':
    case 'MESSAGE_DELIVERY':
    case 'EVENT_INBOUND':
    case 'EVENT_DELIVERY':
    case 'UNSUPPORTED':
    case 'RECORD_NOTIFICATION':
      return ofChannel(event.body);
    case 'CONVERSATION_START':
    case 'CONVERSATION_STOP':
    case 'CONVERSATION_DELETE':
      return ofConversation(event.body);
    case 'CONTACT_CREATE':
    case 'CONTACT_UPDATE':
    case 'CONTACT_DELETE':
      return { contactId: event.body.contact?.id ?? event.body.contact_id };
    case 'CONTACT_MERGE':
      return { contactId: event.body.preserved_contact?.id ?? event.body.preserved_contact_id };
    case 'CONTACT_IDENTITIES_DUPLICATION':
      return { contactId: firstContactId(event.body) };
    case 'CAPABILITY':
    case 'OPT_IN':
    case 'OPT_OUT': {
      const { contact_id: contactId, channel, identity } = event.body;
      return { contactId, channel, identity };
    }
    case 'SMART_CONVERSATIONS':
      return {
        conversationId: event.body.conversation_id,
        contactId: event.body.contact_id,
        channel: event.body.channel,
        identity: event.body.channel_identity,
      };
    case 'CHANNEL_EVENT':
    case 'BATCH_STATUS_UPDATE':
      return {};
  }
}

function ofChannel(body: CallbackBody<'MESSAGE_DELIVERY' | 'EVENT_DELIVERY' | 'UNSUPPORTED'>) {
  return {
    conversationId: body.conversation_id,
    contactId: body.contact_id,
    channel: body.channel_identity?.channel ?? body.channel,
    identity: body.channel_identity?.identity,
  };
}

function ofConversation({ conversation, conversation_id }: CallbackBody<'CONVERSATION_START'>) {
  return {
    conversationId: conversation?.id ?? conversation_id,
    contactId: conversation?.contact_id,
  };
}

function firstContactId(body: CallbackBody<'CONTACT_IDENTITIES_DUPLICATION'>): string | undefined {
  return body.duplicated_identities?.flatMap(({ contact_ids: ids = [] }) => ids)[0];
}
