import type { MessageQuery } from '../bodies/message-page.ts';
import type { CallApi } from './call-api.ts';
import type { CallOperation } from './operations.ts';
import { pathOf } from './path.ts';

/** What a deletion found: `absent` where Sinch does not know the id, or not any more. */
export type Deletion = { readonly kind: 'deleted' } | { readonly kind: 'absent' };

/**
 * The calls that delete a person at Sinch. Each can be repeated. An id of another region is `absent`
 * too: read the app first.
 */
export interface DeletionCalls {
  /** Deletes a conversation with all its messages. */
  conversation(conversationId: string): Promise<Deletion>;
  /** Deletes a message from one of the two stores. What a phone has received stays there. */
  message(messageId: string, source: MessageQuery['messages_source']): Promise<Deletion>;
  /** Deletes a contact, which leads to a CONTACT_DELETE. */
  contact(contactId: string): Promise<Deletion>;
}

/** Sources: Sinch's API reference, `DeleteConversation`, `DeleteMessage` and `DeleteContact`. */
export function createDeletionCalls(call: CallApi, projectId: string): DeletionCalls {
  const remove = async (
    operation: CallOperation,
    collection: string,
    id: string,
    query: { readonly messages_source?: MessageQuery['messages_source'] } = {},
  ) =>
    await call<Deletion>({
      operation,
      path: pathOf(['v1', 'projects', projectId, collection, id], query),
    });
  return {
    conversation: async (id) => await remove('conversations.delete', 'conversations', id),
    message: async (id, source) =>
      await remove('messages.delete', 'messages', id, { messages_source: source }),
    contact: async (id) => await remove('contacts.delete', 'contacts', id),
  };
}
