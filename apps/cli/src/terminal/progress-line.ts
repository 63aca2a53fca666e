import type { Writable } from 'node:stream';
import type { Terminal } from './terminal.ts';

/** Where it is said how things go: one line that is written over, or a line now and then. */
export interface ProgressLine {
  /** Called once a second or so. */
  show(text: string): void;
  /** Leaves the terminal as if there had been no line. */
  clear(): void;
}

/** Between two lines where the output is no terminal. */
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

/** Asked each time: windows change. */
function widthOf(stream: object): () => number {
  return () => ('columns' in stream && Number(stream.columns)) || 80;
}
