import type { MessagesSource } from '@sinch-callbacks/outbound';
import {
  type MessageEntry,
  type MessagePage,
  type MessageQuery,
  type SinchApi,
  SinchApiError,
} from '@sinch-callbacks/sinch-api';

/** The messages of one app in one store, accepted between two times. */
export interface MessageRange {
  readonly appId: string;
  readonly source: MessagesSource;
  readonly since: Date;
  readonly until: Date;
}

/** Messages of a page. A million messages of a store in one run, by `maxPages`. */
const maxPageSize = 500;
const maxPages = 2_000;
/** A page that is too large for the client is asked for again with a quarter of its messages. */
const shrinkBy = 4;

/**
 * Yields the pages of a range, newest first. The end of the range keeps new messages out, so that
 * the list does not grow meanwhile.
 * @returns false where the bound of pages ended it, and older messages are left.
 * @throws SinchApiError after the retries of the client.
 */
export async function* pageMessages(
  api: Pick<SinchApi, 'messages'>,
  { appId, source, since, until }: MessageRange,
): AsyncGenerator<readonly MessageEntry[], boolean> {
  let token: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const { messages, nextPageToken } = await readPage(api, {
      app_id: appId,
      messages_source: source,
      start_time: since,
      end_time: until,
      view: 'WITH_METADATA',
      ...(token !== undefined && { page_token: token }),
    });
    yield messages;
    if (nextPageToken === undefined) return true;
    // It would never end.
    if (nextPageToken === token) return false;
    token = nextPageToken;
  }
  return false;
}

async function readPage(
  { messages }: Pick<SinchApi, 'messages'>,
  query: MessageQuery,
): Promise<MessagePage> {
  for (let size = maxPageSize; ; size = Math.ceil(size / shrinkBy)) {
    try {
      return await messages.list({ ...query, page_size: size });
    } catch (error) {
      // Sinch has answered, and the answer could not be read: most likely it is too large.
      const isUnread = error instanceof SinchApiError && error.certainty === 'sent';
      if (!isUnread || size === 1) throw error;
    }
  }
}
