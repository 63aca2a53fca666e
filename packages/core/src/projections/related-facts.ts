import type { ContactIdentityFact } from '../facts/contact-facts.ts';
import { type Facts, namedContact } from '../facts/facts.ts';
import type { Stamp } from '../facts/stamp.ts';
import type { IdentityFields } from '../facts/standing-facts.ts';
import type { Channel } from './channel-of.ts';

type RelatedFacts = Pick<Facts, 'conversations' | 'contacts' | 'contactIdentities'>;

/** The conversation and the contact that an event names. It may be the first to do so. */
export function relatedFacts(
  named: {
    readonly appId: string | undefined;
    readonly conversationId: string | undefined;
    readonly contactId: string | undefined;
  },
  channel: Channel | undefined,
  stamp: Stamp,
): RelatedFacts {
  const { appId, conversationId, contactId } = named;
  const conversation = conversationId !== undefined && {
    sinchConversationId: conversationId,
    appId,
    contactId,
    started: false,
    startedAt: undefined,
    stoppedAt: undefined,
    stoppedWithoutTime: false,
    deleted: false,
    channel: channel && { channel: channel.channel, stamp },
    details: undefined,
  };
  return {
    conversations: conversation ? [conversation] : [],
    contacts: namedContact(contactId),
    contactIdentities: usedIdentity(contactId, channel),
  };
}

/** An identity that a contact was reached at, without a profile that lists it. */
export function usedIdentity(
  sinchContactId: string | undefined,
  at:
    | (IdentityFields & { readonly channel: string; readonly appId?: string | undefined })
    | undefined,
): readonly ContactIdentityFact[] {
  if (sinchContactId === undefined || at === undefined) return [];
  const { channel, identity, channelIdentity, appId = '' } = at;
  if (identity === undefined || channelIdentity === undefined) return [];
  return [{ sinchContactId, channel, identity, channelIdentity, appId, listedStamp: undefined }];
}
