import { z } from 'zod';

/** The tables that RETENTION_PROJECTIONS_DAYS may name. Rows of all others stay. */
const retainedTables = [
  'message',
  'message_analysis',
  'conversation',
  'inbound_event',
  'unsupported',
  'event_delivery',
  'channel_event',
  'record',
  'batch',
  'capability',
  'outbound',
] as const;

export type RetainedTable = (typeof retainedTables)[number];

/** Days by table. A table that is absent keeps its rows. */
export type TableDays = Readonly<Partial<Record<RetainedTable, number>>>;

/** Parses `message:730,inbound_event:90`. A table stands once. */
export function tableDays(minDays: number, maxDays: number) {
  const error =
    `must be tables with their days, such as message:730,inbound_event:90; each day count is from ` +
    `${minDays} to ${maxDays}, each table stands once, and is one of ${retainedTables.join(', ')}`;
  return z.string().transform((text, context): TableDays => {
    const days = new Map<RetainedTable, number>();
    for (const item of text.split(',')) {
      const [, name = '', digits = ''] = /^\s*(\w+)\s*:\s*(\d{1,6})\s*$/.exec(item) ?? [];
      const table = retainedTables.find((known) => known === name);
      const count = Number(digits);
      const isValid = table !== undefined && !days.has(table);
      if (!isValid || count < minDays || count > maxDays) {
        context.addIssue({ code: 'custom', message: error });
        return z.NEVER;
      }
      days.set(table, count);
    }
    // In one order, whatever the order of the text: workers compare their schedules.
    const ordered = retainedTables.filter((table) => days.has(table));
    return Object.fromEntries(ordered.map((table) => [table, days.get(table)]));
  });
}
