import { type MessagePage, type MessageQuery, SinchApiError } from '@sinch-callbacks/sinch-api';
import { expect, it } from 'vitest';
import { pageMessages } from './page-messages.ts';

const range = {
  appId: '01APP',
  source: 'DISPATCH_SOURCE',
  since: new Date(0),
  until: new Date(1),
} as const;

/** Reads all pages of a list; returns their number, and whether that was all. */
async function readAll(list: (query: MessageQuery) => MessagePage) {
  const send = () => Promise.reject(new Error('not here'));
  const pages = pageMessages({ messages: { send, list: async (query) => list(query) } }, range);
  for (let count = 0; ; count += 1) {
    const { done, value } = await pages.next();
    if (done) return { count, isAll: value };
  }
}

it('a list that never ends is left at a bound, and said to be incomplete', async () => {
  let page = 0;
  const endless = () => ({ messages: [], nextPageToken: String((page += 1)) });
  expect(await readAll(endless)).toEqual({ count: 2_000, isAll: false });
});

it('a list that repeats a page is left at once, and said to be incomplete', async () => {
  const stuck = () => ({ messages: [], nextPageToken: 'same' });
  expect(await readAll(stuck)).toEqual({ count: 2, isAll: false });
});

it('a page that is too large for the client is asked for again in smaller parts', async () => {
  const sizes: unknown[] = [];
  const list = ({ page_size: size = 0 }: MessageQuery) => {
    sizes.push(size);
    if (size > 40) throw answered('sent');
    return { messages: [], nextPageToken: undefined };
  };
  expect(await readAll(list)).toEqual({ count: 1, isAll: true });
  expect(sizes).toEqual([500, 125, 32]);
});

it('an error of Sinch ends it', async () => {
  const refuse = () => {
    throw answered('not-sent');
  };
  await expect(readAll(refuse)).rejects.toThrow('planted');
});

function answered(certainty: 'sent' | 'not-sent'): SinchApiError {
  const facts = { status: 200, rpcStatus: undefined, message: 'planted', certainty };
  return new SinchApiError({ ...facts, operation: 'messages.list' });
}
