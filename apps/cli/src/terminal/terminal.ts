import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { Environment } from '@sinch-callbacks/config';
import type { SinchApiTimings } from '@sinch-callbacks/sinch-api';

/** The streams, clock and variables that a command uses. Tests pass their own. */
export interface CommandIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly now: () => Date;
  /** Variables; those of the process when absent. */
  readonly environment?: Environment;
  /** Replaces waits of the client of Sinch's API. */
  readonly sinchTimings?: Partial<SinchApiTimings>;
}

type Style = Parameters<typeof styleText>[0];

/** The output of a command: results go to stdout, everything else to stderr. */
export interface Terminal {
  /** True when stdout holds one JSON document, and nothing for people. */
  readonly isJson: boolean;
  /** Prints a line of the result for people; nothing with `--json`. */
  print(line: string): void;
  /** Prints a line beside the result, on stderr. */
  note(line: string): void;
  /** Prints the result for programs; nothing without `--json`. */
  document(value: unknown): void;
  /** Writes a piece of that document, for results too long for memory. Only with `--json`. */
  write(piece: string): void;
  /** Colours a part of a printed line, on terminals that show colours. */
  paint(style: Style, text: string): string;
}

export function openTerminal({ stdout, stderr }: CommandIo, isJson: boolean): Terminal {
  return {
    isJson,
    print(line) {
      if (!isJson) stdout.write(`${line}\n`);
    },
    note(line) {
      stderr.write(`${paint(stderr, 'dim', line)}\n`);
    },
    document(value) {
      if (isJson) stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
    write: (piece) => void stdout.write(piece),
    paint: (style, text) => paint(stdout, style, text),
  };
}

/** Styles a text. It stays plain where the stream is no terminal, or NO_COLOR is set. */
function paint(stream: Writable, style: Style, text: string): string {
  return styleText(style, text, { stream });
}
