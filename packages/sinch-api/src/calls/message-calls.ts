import type { MessageEntry, MessagePage, MessageQuery } from '../bodies/message-page.ts';
import type { SendRequest, SendResult } from '../bodies/send-request.ts';
import type { CallApi } from './call-api.ts';
import { pathOf } from './path.ts';

export interface MessageCalls {
  /**
   * Sends a message, in one request: nothing is tried again but a 401, which proves a refusal. The
   * `certainty` of its error says whether the recipient may get the message nevertheless.
   */
  send(request: SendRequest): Promise<SendResult>;
  /** Reads one page, newest first. Its `nextPageToken` asks for the next one. */
  list(query: MessageQuery): Promise<MessagePage>;
}

export function createMessageCalls(call: CallApi, projectId: string): MessageCalls {
  const project = ['v1', 'projects', projectId];
  return {
    async send(body) {
      return await call<SendResult>({
        operation: 'messages.send',
        path: pathOf([...project, 'messages:send']),
        body,
        // An answer without it is no answer: the message is accepted, and its id is unknown.
        isComplete: ({ message_id: id }) => typeof id === 'string' && id !== '',
      });
    },
    async list(query) {
      const { messages = [], next_page_token: token } = await call<Page>({
        operation: 'messages.list',
        path: pathOf([...project, 'messages'], { ...query }),
        privates: query,
        isComplete: (page) => Array.isArray(page['messages'] ?? []),
      });
      return { messages, nextPageToken: token || undefined };
    },
  };
}

interface Page {
  readonly messages?: readonly MessageEntry[];
  /** Empty or absent on the last page. */
  readonly next_page_token?: string;
}
