import { type ExpiringTable, expiringTables } from '@sinch-callbacks/core';
import { z } from 'zod';

/** Days by table. A table that is absent keeps its rows. */
export type TableDays = Readonly<Partial<Record<ExpiringTable, number>>>;

/** Parses `message:730,inbound_event:90`. A table stands once. */
export function tableDays(minDays: number, maxDays: number) {
  const error =
    `must be tables with their days, such as message:730,inbound_event:90; each day count is from ` +
    `${minDays} to ${maxDays}, each table stands once, and is one of ${expiringTables.join(', ')}`;
  return z.string().transform((text, context): TableDays => {
    const days = new Map<ExpiringTable, number>();
    for (const item of text.split(',')) {
      const [, name = '', digits = ''] = /^\s*(\w+)\s*:\s*(\d{1,6})\s*$/.exec(item) ?? [];
      const table = expiringTables.find((known) => known === name);
      const count = Number(digits);
      const isValid = table !== undefined && !days.has(table);
      if (!isValid || count < minDays || count > maxDays) {
        context.addIssue({ code: 'custom', message: error });
        return z.NEVER;
      }
      days.set(table, count);
    }
    // In one order, whatever the order of the text: workers compare their schedules.
    const ordered = expiringTables.filter((table) => days.has(table));
    return Object.fromEntries(ordered.map((table) => [table, days.get(table)]));
  });
}
