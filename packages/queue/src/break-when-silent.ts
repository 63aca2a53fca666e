import { Socket } from 'node:net';
import pg from 'pg';

/** Longer than a pool keeps what nobody uses, which is 10 s. */
const silenceTimeoutMs = 20_000;

/**
 * Ends a connection to Postgres on which nothing came or went for 20 s: a peer that vanished says
 * nothing, and a question to it would wait for a quarter of an hour or for good.
 */
export function breakWhenSilent(client: pg.ClientBase): void {
  const stream = client instanceof pg.Client ? client.connection.stream : undefined;
  if (!(stream instanceof Socket)) throw new Error('a Postgres connection without a socket');
  stream.setTimeout(silenceTimeoutMs, () => stream.destroy());
}
