import { describe, expect, it } from 'vitest';
import { readWebBody } from './read-web-body.ts';

const limits = { maxBytes: 10, onBytes: () => undefined };

function streamOf(...chunks: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Buffer.from(chunk));
      controller.close();
    },
  });
}

function brokenBy(error: unknown): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.error(error) });
}

function requestWith(body: ReadableStream<Uint8Array> | null, length?: string) {
  return { body, headers: new Headers(length === undefined ? {} : { 'content-length': length }) };
}

describe('readWebBody', () => {
  it('puts the pieces together, up to the limit', async () => {
    const reading = await readWebBody(requestWith(streamOf('01234', '56789')), limits);
    expect(reading).toEqual({ kind: 'read', bytes: Buffer.from('0123456789') });
  });

  it('takes a request without a body for an empty one', async () => {
    const reading = await readWebBody(requestWith(null), limits);
    expect(reading).toEqual({ kind: 'read', bytes: new Uint8Array() });
  });

  it('reads nothing of a body that says it is too large', async () => {
    const body = streamOf('0');
    expect(await readWebBody(requestWith(body, '11'), limits)).toEqual({ kind: 'too-large' });
    expect(body.locked).toBe(false);
    expect(await new Response(body).text()).toBe('0');
  });

  it('stops at the limit, and leaves the rest to whoever answers', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(Buffer.from('01234'));
      },
    });
    expect(await readWebBody(requestWith(endless), limits)).toEqual({ kind: 'too-large' });
    expect(pulled).toBeLessThan(6);
    expect(endless.locked).toBe(false);
  });

  it.each(['4', '6'])('calls five bytes that were announced as %s unreadable', async (length) => {
    const reading = await readWebBody(requestWith(streamOf('01234'), length), limits);
    expect(reading).toEqual({ kind: 'unreadable-body' });
  });

  it('calls a body that broke off unreadable', async () => {
    const reset = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    const reading = await readWebBody(requestWith(brokenBy(reset)), limits);
    expect(reading).toEqual({ kind: 'unreadable-body' });
  });

  it('tells how many bytes it holds, as they come', async () => {
    const seen: number[] = [];
    const counting = { maxBytes: 10, onBytes: (bytes: number) => seen.push(bytes) };
    await readWebBody(requestWith(streamOf('01234', '567')), counting);
    expect(seen).toEqual([5, 3]);
  });

  it('does not blame the sender for an error that nobody foresaw', async () => {
    const bug = new TypeError('a bug');
    await expect(readWebBody(requestWith(brokenBy(bug)), limits)).rejects.toBe(bug);
  });
});
