import { describe, expect, it } from 'vitest';
import { answer } from './answer.ts';
import { toResponse } from './to-response.ts';

const refusal = answer(413, 'too-large', { connection: 'close' });

describe('toResponse', () => {
  it('carries status, headers and body over', async () => {
    const response = toResponse(answer(503, 'unavailable', { 'retry-after': '10' }), {
      body: null,
    });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('10');
    expect(await response.text()).toBe('{"status":"unavailable"}');
  });

  it('sends a refusal at once, and ends it when the sender has ended', async () => {
    let sender: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        sender = controller;
      },
    });
    const reader = toResponse(refusal, { body }).body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toBe('{"status":"too-large"}');
    const end = reader?.read();
    sender?.enqueue(new Uint8Array(100));
    sender?.close();
    expect(await end).toMatchObject({ done: true });
  });

  it('is not held up, nor broken, by a sender that goes away', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error('aborted')),
    });
    expect(await toResponse(refusal, { body }).text()).toBe('{"status":"too-large"}');
  });

  it('gives up on a sender without end', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    expect(await toResponse(refusal, { body }).text()).toBe('{"status":"too-large"}');
    expect(pulled).toBeLessThan(32);
  });
});
