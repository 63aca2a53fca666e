import { readFileSync } from 'node:fs';
import { signCallback } from '@sinch-callbacks/core';
import type { LoadPlan } from './load-plan.ts';

/** Whole requests as they go over the wire, signed now. */
export function signedRequests({ bodiesFile, secret, url }: LoadPlan): Buffer[] {
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
