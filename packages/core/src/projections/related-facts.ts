import type { ContactIdentityFact } from '../facts/contact-facts.ts';
import { type Facts, namedContact } from '../facts/facts.ts';
import type { IdentityFields } from '../facts/message-facts.ts';
import type { Stamp } from '../facts/stamp.ts';
import { normaliseIdentity } from '../values/identity.ts';

type RelatedFacts = Pick<Facts, 'conversations' | 'contacts' | 'contactIdentities'>;

/**
 * Makes facts of the conversation and the contact that an event names. It may be the first to do
 * so.
 */
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

/**
 * Makes the fact of an identity that a contact was reached at, without a profile that lists it.
 */
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

export interface Channel extends IdentityFields {
  readonly channel: string;
  readonly appId: string | undefined;
}

/** Reads the channel of a body in its old shape (a plain `channel`) or its new one. */
export function channelOf(body: {
  readonly channel?: string | undefined;
  readonly channel_identity?:
    | { channel?: string | undefined; identity?: string | undefined; app_id?: string | undefined }
    | undefined;
}): Channel | undefined {
  const channel = body.channel_identity?.channel ?? body.channel;
  if (channel === undefined) return undefined;
  const { identity, app_id: appId } = body.channel_identity ?? {};
  return { channel, ...identityFields(channel, identity), appId };
}

/** Returns an identity as sent, and as it is compared. */
export function identityFields(
  channel: string | undefined,
  channelIdentity: string | undefined,
): IdentityFields {
  const identity =
    channel === undefined || channelIdentity === undefined
      ? channelIdentity
      : normaliseIdentity(channel, channelIdentity);
  return { identity, channelIdentity };
}
