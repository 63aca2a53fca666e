import type { Terminal } from './terminal.ts';

/**
 * One JSON document with lists of any length, written as the items come. No list is kept in
 * memory, and the document is complete even when the command fails in the middle.
 */
export interface JsonReport {
  /** Begins a list, and ends the one before it. */
  beginList(name: string): void;
  /** Adds an item to the current list. */
  item(value: unknown): void;
  /** Ends the document with these further members. */
  end(members: Readonly<Record<string, unknown>>): void;
}

/** Writes nothing unless the terminal is in JSON mode. */
export function openJsonReport(terminal: Terminal): JsonReport {
  if (!terminal.isJson) return { beginList: nothing, item: nothing, end: nothing };
  let members = 0;
  let items = 0;
  let isListOpen = false;
  terminal.write('{');

  function member(name: string, value: string): void {
    terminal.write(`${members > 0 ? ',' : ''}\n  ${JSON.stringify(name)}: ${value}`);
    members += 1;
  }

  function endList(): void {
    if (isListOpen) terminal.write(items > 0 ? '\n  ]' : ']');
    isListOpen = false;
  }

  return {
    beginList(name) {
      endList();
      member(name, '[');
      isListOpen = true;
      items = 0;
    },
    item(value) {
      terminal.write(`${items > 0 ? ',' : ''}\n    ${JSON.stringify(value)}`);
      items += 1;
    },
    end(further) {
      endList();
      for (const [name, value] of Object.entries(further)) {
        if (value !== undefined) member(name, JSON.stringify(value));
      }
      terminal.write('\n}\n');
    },
  };
}

function nothing(): void {
  return;
}
