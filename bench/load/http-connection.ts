import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { signCallback } from '@sinch-callbacks/core';
import type { LoadPlan } from './start-load.ts';

/** A keep-alive connection with at most one request in progress. */
export interface HttpConnection {
  /** @param settled gets the status; 0 when the connection ended without an answer. */
  send(request: Buffer, settled: (status: number) => void): void;
  close(): void;
}

/**
 * Opens a minimal HTTP client: on two cores, CPU that the generator uses is missing from the
 * server. Reads only what our servers answer: bodies with a length or in chunks.
 */
export function openConnection({ hostname, port }: URL): HttpConnection {
  let socket: Socket | undefined;
  let settle: ((status: number) => void) | undefined;
  let received = '';

  function done(status: number): void {
    const settled = settle;
    settle = undefined;
    received = '';
    settled?.(status);
  }

  function open(): Socket {
    const opened = connect({ host: hostname, port: Number(port), noDelay: true });
    opened.setEncoding('latin1');
    opened.on('data', (text: string) => {
      received = received === '' ? text : received + text;
      if (isWhole(received)) done(Number(received.slice(9, 12)));
    });
    opened.on('error', () => opened.destroy());
    opened.on('close', () => {
      if (socket === opened) socket = undefined;
      if (settle !== undefined) done(0);
    });
    return opened;
  }

  return {
    send(request, settled) {
      settle = settled;
      socket ??= open();
      socket.write(request);
    },
    close: () => void socket?.destroy(),
  };
}

function isWhole(text: string): boolean {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  if (length !== undefined) return text.length >= headEnd + 4 + Number(length);
  return text.endsWith('\r\n0\r\n\r\n');
}

/** Reads the bodies and returns whole requests as they go over the wire, signed now. */
export function readSignedRequests({ bodiesFile, secret, url }: LoadPlan): Buffer[] {
  const { host, pathname } = new URL(url);
  const timestampSeconds = Math.floor(Date.now() / 1_000);
  const lines = readFileSync(bodiesFile, 'utf8').split('\n').filter(Boolean);
  return lines.map((line, place) => {
    const rawBody = Buffer.from(JSON.parse(line) as string);
    const nonce = `bench-${place}`;
    const signature = signCallback({ rawBody, secret, nonce, timestampSeconds });
    const head = [
      `POST ${pathname} HTTP/1.1`,
      `host: ${host}`,
      'content-type: application/json',
      `content-length: ${rawBody.length}`,
      ...Object.entries(signature).map(([name, value]) => `${name}: ${value}`),
    ];
    return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), rawBody]);
  });
}
