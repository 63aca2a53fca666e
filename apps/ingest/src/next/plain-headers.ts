import type { IncomingHttpHeaders } from 'node:http';
import { signatureHeaders } from '@sinch-callbacks/core';

/** What the routes read, and what tells the body's length. */
const names = [
  ...Object.values(signatureHeaders),
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'traceparent',
  'tracestate',
];

/** The headers that a route may see. A list of those it may not would miss the framework's next. */
export function plainHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const plain: IncomingHttpHeaders = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) plain[name] = value;
  }
  return plain;
}
