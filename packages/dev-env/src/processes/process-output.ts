import type { Readable, Writable } from 'node:stream';

/** The last lines of a process, of both streams. */
export interface ProcessOutput {
  lastLines(): string;
  /** Calls the listener with every further whole line. */
  onLine(listener: (line: string) => void): void;
}

const keptLines = 100;
const maxLineLength = 10_000;

/** Reads both streams to their ends, so that the process never blocks on a full pipe. */
export function collectOutput(
  streams: readonly (Readable | null)[],
  copies: readonly Writable[],
): ProcessOutput {
  const lines: string[] = [];
  const listeners: ((line: string) => void)[] = [];

  const take = (line: string) => {
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
    for (const listener of listeners) listener(line);
  };

  for (const stream of streams) {
    let unfinished = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      for (const copy of copies) copy.write(chunk);
      const parts = (unfinished + chunk).split('\n');
      unfinished = (parts.pop() ?? '').slice(-maxLineLength);
      parts.forEach(take);
    });
    stream?.on('end', () => {
      if (unfinished !== '') take(unfinished);
    });
  }

  return {
    lastLines: () => lines.join('\n'),
    onLine: (listener) => void listeners.push(listener),
  };
}
