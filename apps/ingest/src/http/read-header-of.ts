import type { IncomingMessage } from 'node:http';
import type { ReadHeader } from '@sinch-callbacks/core';

/** Reads the headers as Node has joined them. Those that it keeps as lists are none of ours. */
export function readHeaderOf({ headers }: IncomingMessage): ReadHeader {
  return (name) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
}
