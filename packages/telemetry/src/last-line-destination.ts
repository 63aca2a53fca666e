import { type DestinationStream, pino } from 'pino';

/** Much longer than a write takes, unless the output is not read. */
const maxWaitMs = 5_000;

export interface LastLineDestination extends DestinationStream {
  /** Resolves once the lines have left the process, or after 5 s if its output takes no more. */
  written(): Promise<void>;
}

/** Opens standard output for a line after which the process kills itself. */
export function lastLineDestination(): LastLineDestination {
  // A synchronous write would wait for as long as the output is not read.
  const output = pino.destination({ dest: 1, sync: false });
  let written: Promise<void> | undefined;
  return {
    write(line) {
      written ??= new Promise((resolve) => {
        setTimeout(resolve, maxWaitMs);
        output.once('drain', resolve);
        output.once('error', resolve);
      });
      output.write(line);
    },
    async written() {
      await written;
    },
  };
}
