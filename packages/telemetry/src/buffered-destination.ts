import { type DestinationStream, pino } from 'pino';

const flushEveryMs = 50;
/** Large, because handing a write to another thread costs more than making a line. */
const maxBytesAlone = 16 * 1024;
/** The bytes that a pipe takes in one piece (PIPE_BUF): lines of several processes never mix. */
const maxBytesShared = 4 * 1024;

/**
 * Opens standard output for a process that writes many lines: one write for many of them, after 50
 * ms at the latest. The rest is written when the process ends. Only SIGKILL and a power cut lose
 * the lines of the last 50 ms. Not for an instance that may be frozen between two requests.
 *
 * The buffer is here, since pino's own one measures its whole content again for each line.
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
