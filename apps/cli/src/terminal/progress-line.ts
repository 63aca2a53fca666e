import type { Writable } from 'node:stream';
import type { Terminal } from './terminal.ts';

/** A progress display: one line that is overwritten, or a line every few seconds. */
export interface ProgressLine {
  /** Called once a second or so. */
  show(text: string): void;
  /** Removes the line from the terminal. */
  clear(): void;
}

/** The time between two lines where the output is not a terminal. */
const plainEveryMs = 5_000;
const clearLine = '\r\u001B[2K';

export function openProgressLine(stderr: Writable, terminal: Terminal): ProgressLine {
  const width = 'isTTY' in stderr && stderr.isTTY === true ? widthOf(stderr) : undefined;
  let shownAt = performance.now();
  let isShown = false;
  return {
    show(text) {
      if (width !== undefined) {
        stderr.write(clearLine + text.slice(0, width() - 1));
        isShown = true;
      } else if (performance.now() - shownAt >= plainEveryMs) {
        shownAt = performance.now();
        terminal.note(text);
      }
    },
    clear() {
      if (isShown) stderr.write(clearLine);
      isShown = false;
    },
  };
}

/** Reads the width each time, since windows change. */
function widthOf(stream: object): () => number {
  return () => ('columns' in stream && Number(stream.columns)) || 80;
}
