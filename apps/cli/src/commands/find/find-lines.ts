import type { FindAnswer, FoundEntry, TakenFor } from '@sinch-callbacks/db';
import { tableLines } from '../../terminal/table.ts';
import { oneLine, showInstant } from '../../terminal/text.ts';

const maxTextLength = 80;

/** What a text was taken for, and a line for each entry that it found. */
export function findLines({ takenFor, entries }: FindAnswer, withText: boolean): string[] {
  const head = ['WHEN', 'ENTRY', 'STATUS', 'CHANNEL', 'APP', 'CONVERSATION', 'CONTACT', 'ID'];
  const rows = entries.map((entry) => [...rowOf(entry), ...(withText ? [textOf(entry)] : [])]);
  const table = tableLines(withText ? [...head, 'TEXT'] : head, rows);
  return [...takenFor.map(takenForLine), ...(entries.length > 0 ? ['', ...table] : [])];
}

function takenForLine({ kind, contacts = [] }: TakenFor): string {
  const named =
    contacts.length === 0 ? '' : ` of contact ${contacts.map((id) => oneLine(id)).join(', ')}`;
  return `taken for: ${kind}${named}`;
}

function rowOf(entry: FoundEntry): string[] {
  return [
    showInstant(entry.happenedAt),
    entryName(entry),
    cell(entry.status),
    cell(entry.channel),
    cell(entry.appId),
    cell(entry.conversationId),
    cell(entry.contactId),
    oneLine(entry.id),
  ];
}

function entryName({ entry, direction, kind }: FoundEntry): string {
  switch (entry) {
    case 'MESSAGE':
      return direction === 'TO_APP' ? 'message in' : direction ? 'message out' : 'message';
    case 'EVENT':
      return `event ${cell(kind)}`;
    case 'CALLBACK':
      return `callback ${cell(kind)}`;
  }
}

function textOf({ text }: FoundEntry): string {
  return text === undefined ? '-' : oneLine(text, maxTextLength);
}

function cell(text: string | undefined): string {
  return text === undefined || text === '' ? '-' : oneLine(text);
}
