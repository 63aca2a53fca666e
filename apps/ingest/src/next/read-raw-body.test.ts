import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readRawBody } from './read-raw-body.ts';

const limits = { maxBytes: 10, onBytes: () => undefined };

function requestWith(length?: string): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  if (length !== undefined) request.headers = { 'content-length': length };
  return request;
}

function send(request: IncomingMessage, ...chunks: string[]): void {
  for (const chunk of chunks) request.push(Buffer.from(chunk));
}

function end(request: IncomingMessage): void {
  request.complete = true;
  request.push(null);
}

describe('readRawBody', () => {
  it('joins the chunks, up to the limit', async () => {
    const request = requestWith();
    send(request, '01234', '56789');
    end(request);
    expect(await readRawBody(request, limits)).toEqual({
      kind: 'read',
      bytes: Buffer.from('0123456789'),
    });
  });

  it('reads a request without a body as an empty one', async () => {
    const request = requestWith();
    end(request);
    expect(await readRawBody(request, limits)).toEqual({ kind: 'read', bytes: Buffer.alloc(0) });
  });

  it('reads nothing of a body that is announced as too large', async () => {
    const request = requestWith('11');
    send(request, '0');
    expect(await readRawBody(request, limits)).toEqual({ kind: 'too-large' });
    expect(request.readableFlowing).toBeNull();
    expect(request.readableLength).toBe(1);
  });

  it('stops at the limit, and leaves the rest to the code that answers', async () => {
    const request = requestWith();
    const reading = readRawBody(request, limits);
    send(request, '01234', '56789', '0', 'and more');
    expect(await reading).toEqual({ kind: 'too-large' });
    expect(request.isPaused()).toBe(true);
    expect(request.listenerCount('data')).toBe(0);
    const rest = once(request, 'data');
    request.resume();
    expect(String((await rest)[0])).toBe('and more');
  });

  it.each(['4', '6'])('calls five bytes that were announced as %s unreadable', async (length) => {
    const request = requestWith(length);
    send(request, '01234');
    end(request);
    expect(await readRawBody(request, limits)).toEqual({ kind: 'unreadable-body' });
  });

  it('calls a body that broke off unreadable, also before it was read', async () => {
    const request = requestWith();
    const reading = readRawBody(request, limits);
    send(request, '01234');
    request.destroy();
    expect(await reading).toEqual({ kind: 'unreadable-body' });
    expect(await readRawBody(request, limits)).toEqual({ kind: 'unreadable-body' });
  });

  it('reports the size of each chunk as it arrives', async () => {
    const seen: number[] = [];
    const request = requestWith();
    send(request, '01234', '567');
    end(request);
    await readRawBody(request, { maxBytes: 10, onBytes: (bytes) => seen.push(bytes) });
    expect(seen).toEqual([5, 3]);
  });

  it('does not blame the sender for an unforeseen error', async () => {
    const request = requestWith();
    request.setEncoding('utf8');
    await expect(readRawBody(request, limits)).rejects.toMatchObject({
      type: 'stream.encoding.set',
    });
  });
});
