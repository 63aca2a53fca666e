import { normaliseIdentity } from '@sinch-callbacks/core';
import type { ProcessingMode } from '../../samples/sample-context.ts';

/** An identity on a channel, as it was given. */
export interface Identity {
  readonly channel: string;
  readonly identity: string;
}

/**
 * A contact with its one conversation; in DISPATCH mode both ids are `''`. Metadata and correlation
 * id are those of the last send that had them.
 */
export interface Conversation {
  readonly contactId: string;
  readonly conversationId: string;
  readonly identities: readonly Identity[];
  readonly mode: ProcessingMode;
  metadata: string;
  correlationId: string;
}

/** The contacts of an app, for each mode by identity. */
export interface ContactBook {
  findContact(contactId: string): Conversation | undefined;
  find(mode: ProcessingMode, identities: readonly Identity[]): Conversation | undefined;
  add(mode: ProcessingMode, identities: readonly Identity[]): Conversation;
}

/** The newest identities; a person who is forgotten is a new contact the next time. */
const maxIdentities = 100_000;

export function createContactBook(newId: () => string, most = maxIdentities): ContactBook {
  const byIdentity = new Map<string, Conversation>();
  const byContact = new Map<string, Conversation>();
  const keyOf = (mode: ProcessingMode, { channel, identity }: Identity) =>
    `${mode}:${channel}:${normaliseIdentity(channel, identity)}`;

  function forgetOldest(): void {
    for (const { mode, identities, contactId } of byIdentity.values()) {
      if (byIdentity.size <= most) return;
      for (const identity of identities) byIdentity.delete(keyOf(mode, identity));
      byContact.delete(contactId);
    }
  }

  return {
    findContact: (contactId) => byContact.get(contactId),
    find(mode, identities) {
      const keys = identities.map((identity) => keyOf(mode, identity));
      return keys.map((key) => byIdentity.get(key)).find((found) => found !== undefined);
    },
    add(mode, identities) {
      const isKept = mode === 'CONVERSATION';
      const conversation: Conversation = {
        contactId: isKept ? newId() : '',
        conversationId: isKept ? newId() : '',
        identities,
        mode,
        metadata: '',
        correlationId: '',
      };
      for (const identity of identities) byIdentity.set(keyOf(mode, identity), conversation);
      if (isKept) byContact.set(conversation.contactId, conversation);
      forgetOldest();
      return conversation;
    },
  };
}
