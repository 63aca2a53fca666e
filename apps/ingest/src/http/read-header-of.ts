import type { IncomingMessage } from 'node:http';
import type { ReadHeader } from '@sinch-callbacks/core';

/** Reads headers as Node has joined them. Node keeps none of ours as a list. */
export function readHeaderOf({ headers }: IncomingMessage): ReadHeader {
  return (name) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
}
