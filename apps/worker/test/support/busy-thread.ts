/**
 * Preloaded into a worker with a single thread for work in the background, such as writing to its
 * output: SIGUSR2 blocks the event loop for good, and that thread until the pipe NAMED_PIPE has a
 * writer.
 */
import { open } from 'node:fs';

process.once('SIGUSR2', () => {
  open(process.env['NAMED_PIPE'] ?? '', 'r', () => undefined);
  for (;;);
});
