import type { Channel } from './channel-of.ts';
import { type Facts, namedContact } from './facts.ts';
import type { Stamp } from './stamp.ts';

type Surroundings = Pick<Facts, 'conversations' | 'contacts' | 'contactIdentities'>;

/** The conversation and the contact that an event names. It may be the first to do so. */
export function surroundingsOf(
  named: {
    readonly appId: string | undefined;
    readonly conversationId: string | undefined;
    readonly contactId: string | undefined;
  },
  channel: Channel | undefined,
  stamp: Stamp,
): Surroundings {
  const { appId, conversationId, contactId } = named;
  return {
    conversations:
      conversationId === undefined
        ? []
        : [
            {
              sinchConversationId: conversationId,
              appId,
              contactId,
              state: undefined,
              channel: channel && { channel: channel.channel, stamp },
              details: undefined,
            },
          ],
    contacts: namedContact(contactId),
    contactIdentities:
      contactId === undefined || channel?.identity === undefined
        ? []
        : [
            {
              sinchContactId: contactId,
              channel: channel.channel,
              identity: channel.identity,
              appId: channel.appId ?? '',
              listedStamp: undefined,
            },
          ],
  };
}
