import { readFileSync } from 'node:fs';
import { signatureHeaders } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/dev-env/processes';
import { describe, expect, it } from 'vitest';
import type { ContractContext } from './contract-context.ts';
import { chunk, openRaw, postHead } from './raw-request.ts';

const mebibyte = 1024 * 1024;
const tooLarge = '{"status":"too-large"}';

export function describeBodies(context: () => ContractContext): void {
  const url = () => context().ingest.webhookUrl;
  const signed = (body: string | Uint8Array) => context().sender().sign(body);

  describe('a body over the limit', () => {
    it('is taken up to the last byte of the limit, and refused with 413 one byte later', async () => {
      const fits = Buffer.alloc(mebibyte, ' ');
      expect((await context().sender().send(fits)).status).toBe(200);
      const answer = await context()
        .sender()
        .send(Buffer.alloc(mebibyte + 1, ' '));
      expect(answer).toMatchObject({ status: 413, body: tooLarge });
      expect(answer.headers.get('connection')).toBe('close');
    });

    it('is refused before a byte of it was sent, if it says how long it is', async () => {
      const connection = await openRaw(url());
      await connection.write(postHead(url(), { 'content-length': 2 * mebibyte }));
      expect(await connection.answers).toMatch(/^HTTP\/1\.1 413 [^]*\{"status":"too-large"\}/);
    });

    it('is refused with an answer that arrives, not with a broken connection', async () => {
      for (let round = 0; round < 10; round += 1) {
        const answer = await context()
          .sender()
          .send(Buffer.alloc(4 * mebibyte));
        expect(answer).toMatchObject({ status: 413, body: tooLarge });
      }
    });

    it('is refused at the limit if it does not say how long it is, and cut if it goes on', async () => {
      const sent = await sendWithoutEnd();
      expect(sent.answers).toMatch(/^HTTP\/1\.1 413 /);
      expect(sent.bytes).toBeLessThan(64 * mebibyte);
    });

    it.runIf(process.platform === 'linux')('is never held in memory', async () => {
      await sendWithoutEnd();
      const before = residentBytes();
      let peak = before;
      const watch = setInterval(() => {
        peak = Math.max(peak, residentBytes());
      }, 20);
      const sent = await Promise.all(Array.from({ length: 12 }, sendWithoutEnd));
      clearInterval(watch);
      for (const { bytes } of sent) expect(bytes).toBeGreaterThan(mebibyte);
      // Held, they would be 12 times 128 MiB; dropped, they are garbage for a while.
      expect(peak - before).toBeLessThan(256 * mebibyte);
    });

    /** Sends chunk after chunk until the other side takes no more. */
    async function sendWithoutEnd(): Promise<{ answers: string; bytes: number }> {
      const connection = await openRaw(url());
      await connection.write(postHead(url(), { 'transfer-encoding': 'chunked' }));
      const piece = chunk(Buffer.alloc(64 * 1024, ' '));
      let bytes = 0;
      while (bytes < 128 * mebibyte && (await connection.write(piece))) bytes += piece.length;
      connection.endWriting();
      return { answers: await connection.answers, bytes };
    }

    function residentBytes(): number {
      const status = readFileSync(`/proc/${context().ingest.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
    }
  });

  describe('a body that cannot be read', () => {
    it('gets 400 if it ends before the length that it announced', async () => {
      const body = '{"app_id":"A"}';
      const connection = await openRaw(url());
      const headers = { ...signed(body), 'content-length': body.length + 10 };
      await connection.write(postHead(url(), headers) + body);
      connection.endWriting();
      expect(await connection.answers).toMatch(/^HTTP\/1\.1 400 /);
    });

    it('gets 400 if its chunks break off', async () => {
      const connection = await openRaw(url());
      const headers = { ...signed('{}'), 'transfer-encoding': 'chunked' };
      await connection.write(postHead(url(), headers) + 'a\r\n{}');
      connection.endWriting();
      expect(await connection.answers).toMatch(/^HTTP\/1\.1 400 /);
    });

    it('gets 400 if it gives its length in two ways', async () => {
      const connection = await openRaw(url());
      const headers = { 'content-length': 2, 'transfer-encoding': 'chunked' };
      await connection.write(`${postHead(url(), headers)}2\r\n{}\r\n0\r\n\r\n`);
      expect(await connection.answers).toMatch(/^HTTP\/1\.1 400 /);
    });

    it('has its line when the sender breaks off, and disturbs no other request', async () => {
      const body = '{"app_id":"A"}';
      const linesSince = await context().markLog();
      const connection = await openRaw(url());
      await connection.write(postHead(url(), { ...signed(body), 'content-length': 5_000 }) + body);
      connection.abort();
      const line = await until(() => linesSince()[0], {
        what: 'the line of the request that broke off',
      });
      expect(line).toMatchObject({ outcome: 'unreadable-body', status: 400 });
      expect((await context().sender().send(body)).status).toBe(200);
    });
  });

  describe('a body longer than the length that it announced', () => {
    it('is cut there, so that its signature does not hold, and the rest is no request', async () => {
      const body = '{"app_id":"A","x":"a tail that is not announced"}';
      const before = await context().countQueued();
      const connection = await openRaw(url());
      await connection.write(postHead(url(), { ...signed(body), 'content-length': 14 }) + body);
      // Node answers 400 to the rest, sometimes before the 401 is out.
      expect(await connection.answers).toMatch(/^HTTP\/1\.1 40[01] /);
      expect(await context().countQueued()).toBe(before);
    });
  });

  describe('a body in many pieces', () => {
    it('is put together again', async () => {
      const body = Buffer.from('{"app_id":"A","x":"åäö, one byte at a time"}');
      const connection = await openRaw(url());
      const headers = { ...signed(body), 'transfer-encoding': 'chunked', connection: 'close' };
      await connection.write(postHead(url(), headers));
      for (const byte of body) await connection.write(chunk(Buffer.of(byte)));
      await connection.write('0\r\n\r\n');
      expect(await connection.answers).toMatch(/^HTTP\/1\.1 200 /);
    });
  });

  describe('a sender that asks first whether to send its body', () => {
    const ask = async (length: number, headers: Readonly<Record<string, string>>) => {
      const connection = await openRaw(url());
      const more = { expect: '100-continue', 'content-length': length, connection: 'close' };
      await connection.write(postHead(url(), { ...headers, ...more }));
      await connection.firstBytes;
      return connection;
    };

    it('gets 100 Continue, and then 200', async () => {
      const body = '{"app_id":"A","x":"asked first"}';
      const connection = await ask(body.length, signed(body));
      await connection.write(body);
      expect(await connection.answers).toMatch(
        /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 [^]*\{"status":"accepted"\}/,
      );
    });

    it('gets 413 at once if it is too large', async () => {
      const connection = await ask(2 * mebibyte, signed(''));
      expect(await connection.answers).toMatch(/HTTP\/1\.1 413 [^]*\{"status":"too-large"\}/);
    });
  });

  it('reads signature headers in any case', async () => {
    const body = '{"app_id":"A"}';
    const connection = await openRaw(url());
    const upperCase = Object.fromEntries(
      Object.entries(signed(body)).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(Object.keys(upperCase)).toContain(signatureHeaders.signature.toUpperCase());
    const headers = { ...upperCase, 'content-length': body.length, connection: 'close' };
    await connection.write(postHead(url(), headers) + body);
    expect(await connection.answers).toMatch(/^HTTP\/1\.1 200 /);
  });
}
