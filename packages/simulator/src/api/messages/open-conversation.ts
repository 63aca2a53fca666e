import type { ProcessingMode } from '../../samples/sample-context.ts';
import type { SimulatedApp } from '../account/open-account.ts';
import type { CallbackSource } from '../callbacks/callback-source.ts';
import type { Conversation, Identity } from './contact-book.ts';

/**
 * Finds the conversation with these identities, or makes it as the mode says: a new contact has
 * its callbacks, and DISPATCH mode without retention remembers nothing.
 */
export function openConversation(
  app: SimulatedApp,
  source: CallbackSource,
  mode: ProcessingMode,
  identities: readonly Identity[],
): Conversation {
  const found = app.contacts.find(mode, identities);
  if (found !== undefined) return continueWith(app, source, found);
  if (mode === 'DISPATCH' && app.settings.dispatchRetentionDays === 0) {
    const nothing = { contactId: '', conversationId: '', metadata: '', correlationId: '' };
    return { ...nothing, identities, mode };
  }
  const added = app.contacts.add(mode, identities);
  if (mode === 'CONVERSATION') source.announce(app, added);
  return added;
}

/** Returns a contact with a conversation: where that was deleted, a new one begins. */
export function continueWith(
  app: SimulatedApp,
  source: CallbackSource,
  contact: Conversation,
): Conversation {
  const isDeleted = contact.mode === 'CONVERSATION' && contact.conversationId === '';
  if (isDeleted) source.beginConversation(app, contact);
  return contact;
}
