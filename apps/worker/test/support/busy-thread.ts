/**
 * Preloaded into a worker with a single thread for work in the background, such as writing to its
 * output: SIGUSR2 keeps that thread busy for a while, and blocks the event loop for good.
 */
import { pbkdf2 } from 'node:crypto';

/** Takes about 2 s. */
const rounds = 5_000_000;

process.once('SIGUSR2', () => {
  pbkdf2('busy', 'thread', rounds, 32, 'sha512', () => undefined);
  for (;;);
});
