import type { SimulatedProject } from '../account/open-account.ts';
import type { CallbackSource } from '../callbacks/callback-source.ts';
import { type ApiReply, answer, refuse } from '../http/api-reply.ts';
import { choiceProblem } from '../http/json-object.ts';
import type { StoredMessage } from './message-store.ts';

type Apps = SimulatedProject['apps'];

/**
 * Deletes a message from the store that `messages_source` names: CONVERSATION_SOURCE by default.
 */
export function deleteMessage(apps: Apps, id: string, query: URLSearchParams): ApiReply {
  const problem = choiceProblem(Object.fromEntries(query), 'messages_source', sources);
  if (problem !== undefined) return refuse('INVALID_ARGUMENT', problem);
  const mode = query.get('messages_source') === 'DISPATCH_SOURCE' ? 'DISPATCH' : 'CONVERSATION';
  const isIt = (message: StoredMessage) => message.id === id && message.mode === mode;
  const isFound = apps.some(({ messages }) => messages.remove(isIt) > 0);
  return isFound ? answer({}) : refuse('NOT_FOUND', `there is no message ${id}`);
}

const sources = ['CONVERSATION_SOURCE', 'DISPATCH_SOURCE'];

/**
 * Deletes a conversation with its messages. Its contact stays, and its next message begins another.
 */
export function deleteConversation(apps: Apps, id: string, source: CallbackSource): ApiReply {
  for (const app of apps) {
    const contact = app.contacts.findConversation(id);
    if (contact === undefined) continue;
    app.messages.remove(({ conversationId }) => conversationId === id);
    source.announceDeletion(app, contact, 'conversation');
    contact.conversationId = '';
    return answer({});
  }
  return refuse('NOT_FOUND', `there is no conversation ${id}`);
}

/**
 * Deletes a contact. Sinch does not say what becomes of its messages: here they stay, so that a
 * client that forgets them is found out.
 */
export function deleteContact(apps: Apps, id: string, source: CallbackSource): ApiReply {
  for (const app of apps) {
    const contact = app.contacts.findContact(id);
    if (contact === undefined) continue;
    app.contacts.remove(contact);
    source.announceDeletion(app, contact, 'contact');
    return answer({});
  }
  return refuse('NOT_FOUND', `there is no contact ${id}`);
}
