import { type DestinationStream, pino } from 'pino';

const flushEveryMs = 50;
/** Handing a write to another thread costs more than making a line, so that one is for many. */
const maxBytesAlone = 16 * 1024;
/** What a pipe takes in one piece (PIPE_BUF), so that lines of several processes never mix. */
const maxBytesShared = 4 * 1024;

/**
 * Standard output for a process that writes many lines: many of them in one write, after 50 ms at
 * the latest. Whatever ends the process writes what is left, but for SIGKILL and a power cut, which
 * lose the lines of the last 50 ms. Not for an instance that may be frozen between two requests.
 *
 * The lines are gathered here, since pino's own buffer measures all that it holds for each of them.
 */
export function bufferedDestination({
  isShared,
}: {
  readonly isShared: boolean;
}): DestinationStream {
  const maxBytes = isShared ? maxBytesShared : maxBytesAlone;
  const output = pino.destination({ dest: 1, sync: false, maxWrite: maxBytes });
  let lines: string[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length === 0) return;
    output.write(lines.join(''));
    lines = [];
    bytes = 0;
  }

  process.once('exit', () => {
    flush();
    output.flushSync();
  });
  return {
    write(line) {
      const length = Buffer.byteLength(line);
      if (bytes + length > maxBytes) flush();
      lines.push(line);
      bytes += length;
      timer ??= setTimeout(flush, flushEveryMs).unref();
    },
  };
}
