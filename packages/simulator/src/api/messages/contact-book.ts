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
  /** `''` between the deletion of one conversation and the beginning of the next. */
  conversationId: string;
  readonly identities: readonly Identity[];
  readonly mode: ProcessingMode;
  metadata: string;
  correlationId: string;
}

/** The contacts of an app, for each mode by identity. */
export interface ContactBook {
  findContact(contactId: string): Conversation | undefined;
  findConversation(conversationId: string): Conversation | undefined;
  find(mode: ProcessingMode, identities: readonly Identity[]): Conversation | undefined;
  add(mode: ProcessingMode, identities: readonly Identity[]): Conversation;
  /** Forgets a contact with its identities. */
  remove(contact: Conversation): void;
}

/** The newest identities; a person who is forgotten is a new contact the next time. */
const maxIdentities = 100_000;

export function createContactBook(newId: () => string, most = maxIdentities): ContactBook {
  const byIdentity = new Map<string, Conversation>();
  const byContact = new Map<string, Conversation>();
  const keyOf = (mode: ProcessingMode, { channel, identity }: Identity) =>
    `${mode}:${channel}:${normaliseIdentity(channel, identity)}`;

  function forgetOldest(): void {
    for (const contact of byIdentity.values()) {
      if (byIdentity.size <= most) return;
      remove(contact);
    }
  }

  function remove({ mode, identities, contactId }: Conversation): void {
    for (const identity of identities) byIdentity.delete(keyOf(mode, identity));
    byContact.delete(contactId);
  }

  return {
    findContact: (contactId) => byContact.get(contactId),
    findConversation: (wanted) =>
      [...byContact.values()].find(({ conversationId }) => conversationId === wanted),
    remove,
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
