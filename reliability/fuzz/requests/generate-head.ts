import { drawInteger, pick, type Random } from '@sinch-callbacks/simulator';

/** Header lines that must not change how ingest answers. */
const harmlessLines = [
  'content-type: application/json',
  'content-type: text/plain; charset=utf-16',
  'content-type: multipart/form-data; boundary=x',
  'content-type: ',
  'content-encoding: gzip',
  'content-encoding: br, deflate, x',
  'accept-encoding: br;q=1.0, gzip;q=0.8, *;q=0.1',
  'expect: 100-continue',
  'expect: a-miracle',
  'upgrade: h2c',
  'rsc: 1',
  'next-router-prefetch: 1',
  'next-router-state-tree: %5B%22',
  'next-action: 0000000000000000000000000000000000000000',
  'x-middleware-prefetch: 1',
  'x-middleware-subrequest: src/middleware:src/middleware:src/middleware:src/middleware',
  'x-middleware-rewrite: /nowhere',
  'x-nextjs-data: 1',
  'x-matched-path: /_error',
  'x-invoke-status: 500',
  'x-invoke-path: /500',
  'x-prerender-revalidate: x',
  'x-vercel-id: x',
  'x-forwarded-for: 127.0.0.1, ::1, unknown',
  'x-forwarded-host: elsewhere',
  'x-forwarded-proto: javascript',
  'x-forwarded-port: 99999999',
  'x-http-method-override: DELETE',
  'x-original-url: /nowhere',
  'forwarded: for="_x";proto=ftp',
  'cookie: __prerender_bypass=x; __next_preview_data=y; __proto__=z',
  'authorization: Basic Og==',
  'range: bytes=0-0,-1',
  'if-none-match: *',
  'if-modified-since: yesterday',
  'traceparent: 00-0-0-zz',
  'te: trailers',
  'trailer: x-sinch-webhook-signature',
  'origin: null',
  'sec-fetch-dest: image',
  'x-sinch-webhook-signature-extra: x',
  '__proto__: x',
  'constructor: x',
  'x-latin: \u00e9\u00ff',
  `x-long: ${'a'.repeat(7_000)}`,
] as const;

/** Request targets that all address the webhook. */
export const webhookTargets = [
  '/api/sinch/webhook',
  '/api/sinch/webhook/',
  '//api/sinch//webhook',
  '/api/sinch/webhook?nxtPx=1&__nextLocale=x&a=%',
  'http://elsewhere/api/sinch/webhook',
] as const;

const otherTargets = [
  '*',
  '/',
  '//',
  '/%',
  '/%00',
  '/..',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/api/sinch/webhook.rsc',
  '/api/sinch/webhook%2f',
  '/api/sinch/webhook/x',
  '/API/SINCH/WEBHOOK',
  '/_next/image?url=%2Fapi%2Fhealth&w=64&q=75',
  '/_next/image?url=http%3A%2F%2F127.0.0.1&w=64&q=75',
  '/_next/data/x/api/sinch/webhook.json',
  '/_next/static/../../package.json',
  '/_error',
  '/500',
  '/?__proto__=1',
  'http://[/x',
  'http://:99999999/',
  'javascript:1',
  '?',
];

const methods = [
  'GET',
  'HEAD',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'QUERY',
  'M-SEARCH',
  'post',
  'P\u00d6ST',
  'X'.repeat(50),
];

export function generateHarmlessLines(random: Random): string[] {
  const lines = Array.from({ length: drawInteger(random, 0, 4) }, () =>
    pick(random, harmlessLines),
  );
  // Without this header Node ignores the upgrade.
  return lines.includes('upgrade: h2c')
    ? [...new Set(lines), 'connection: upgrade']
    : [...new Set(lines)];
}

/** Generates a request line that is not one of a callback. */
export function generateOddRequestLine(random: Random): string {
  if (random() < 0.5) return `${pick(random, methods)} ${pick(random, webhookTargets)} HTTP/1.1`;
  if (random() < 0.8)
    return `${pick(random, ['GET', 'POST'])} ${pick(random, otherTargets)} HTTP/1.1`;
  return pick(random, [
    'POST /api/sinch/webhook HTTP/9.9',
    'POST /api/sinch/webhook HTTP/1.1 x',
    `POST /api/sinch/webhook?${'a'.repeat(20_000)} HTTP/1.1`,
    '\u0000\u0001\u0002',
    '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001',
    'PRI * HTTP/2.0',
  ]);
}

/** Generates lines that a server must refuse, or can read in one safe way only. */
export function generateBrokenLines(random: Random, length: number): string[] {
  return pick(random, [
    [`content-length: ${length}`, 'transfer-encoding: chunked'],
    ['transfer-encoding: chunked', 'transfer-encoding: identity', `content-length: ${length}`],
    ['transfer-encoding: xchunked', `content-length: ${length}`],
    ['transfer-encoding : chunked', `content-length: ${length}`],
    [`content-length: ${length}`, `content-length: ${length + 1}`],
    [`content-length: ${length}, ${length}`],
    [`content-length: -1`],
    [`content-length: 1e9`],
    [`content-length: 99999999999999999999999`],
    [`content-length: 0x${length.toString(16)}`],
    [' folded: line', `content-length: ${length}`],
    ['no colon', `content-length: ${length}`],
    ['nul: a\u0000b', `content-length: ${length}`],
    [`x: ${'a'.repeat(20_000)}`, `content-length: ${length}`],
    Array.from({ length: 3_000 }, (_, n) => `h${n}: v`),
  ]);
}
