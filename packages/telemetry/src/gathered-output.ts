import { type DestinationStream, pino } from 'pino';

/** What a pipe takes in one piece (PIPE_BUF), so that lines of several processes never mix. */
const maxWrite = 4_096;
const minLength = 3_072;
const flushEveryMs = 50;

/**
 * Standard output for a process that writes many lines: several of them in one write, after 50 ms at
 * the latest. Whatever ends the process writes what is left, but for SIGKILL and a power cut, which
 * lose the lines of the last 50 ms. Not for an instance that may be frozen between two requests.
 */
export function gatheredOutput(): DestinationStream {
  return pino.destination({
    dest: 1,
    sync: false,
    minLength,
    maxWrite,
    periodicFlush: flushEveryMs,
  });
}
