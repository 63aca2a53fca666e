import type { IncomingMessage } from 'node:http';

/** A longer body is refused. */
const maxBodyBytes = 1_048_576;
/** It is read and dropped up to here, so that its sender gets the answer; then it is cut off. */
const maxDrainedBytes = 16_777_216;

/** Reads a request's body; `undefined` for one that is too long. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= maxBodyBytes) chunks.push(chunk);
    if (length > maxDrainedBytes) return undefined;
  }
  return length > maxBodyBytes ? undefined : Buffer.concat(chunks).toString();
}
