import { randomBytes } from 'node:crypto';
import { signCallback } from '@sinch-callbacks/core';
import type { Answer } from '../delivery/answer.ts';
import type { CallbackDraw } from './draw-callbacks.ts';
import type { LoadTally } from './load-tally.ts';
import type { Poster } from './post-callback.ts';
import { type LoadEnd, runLoad } from './run-load.ts';
import type { Schedule } from './schedule.ts';

export interface SendLoadOptions {
  readonly poster: Poster;
  readonly secret: string;
  readonly schedule: Schedule;
  readonly draw: CallbackDraw;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly tally: LoadTally;
  readonly signal: AbortSignal;
  readonly elapsedMs: () => number;
}

/** Signs and sends a load over HTTP, from its first due callback to its last answer. */
export async function sendLoad(options: SendLoadOptions): Promise<LoadEnd> {
  const { poster, secret, schedule, draw, connections, timeoutMs } = options;
  const { tally, signal, elapsedMs } = options;
  // Copies are signed again, and no two requests of any run share a nonce.
  const run = randomBytes(8).toString('hex');
  let requests = 0;

  function send(body: string, settle: (answer: Answer) => void): void {
    requests += 1;
    const nonce = `${run}${requests.toString(36).padStart(8, '0')}`;
    const timestampSeconds = Math.floor(Date.now() / 1_000);
    const headers = signCallback({ rawBody: body, secret, nonce, timestampSeconds });
    poster.post(body, { ...headers }, settle);
  }

  return await runLoad({
    schedule,
    next: () => draw.next(),
    send,
    maxInFlight: connections,
    // Who asks for an answer waits no longer than this, so what waits as long is given up.
    graceMs: timeoutMs,
    tally,
    signal,
    elapsedMs,
  });
}
