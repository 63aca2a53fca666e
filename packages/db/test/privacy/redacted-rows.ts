import { personalColumns } from '../../src/privacy/personal-columns.ts';
import type { MigratedDatabase } from '../support.ts';

/** Rows that a redaction leaves out on purpose. */
const leftOut: Readonly<Record<string, string>> = {
  callback_event: `state <> 'APPLIED'`,
  contact_identity: `EXISTS (SELECT FROM consent_event AS c WHERE c.identity IS NULL)`,
};

/** Lists the columns that still hold something personal, as `table.column: value`. */
export async function personalValues({ read }: MigratedDatabase): Promise<readonly string[]> {
  const questions = Object.entries(personalColumns).flatMap(([table, columns]) =>
    Object.entries(columns).flatMap(([name, { redaction }]) => {
      if (redaction.kind === 'stays') return [];
      const isThere =
        redaction.kind === 'emptied' ? `${name} IS DISTINCT FROM ${redaction.sql}` : 'true';
      return [
        `SELECT '${table}.${name}: ' || coalesce(${name}::text, 'null') AS found FROM ${table}
         WHERE ${isThere} AND NOT (${leftOut[table] ?? 'false'})`,
      ];
    }),
  );
  return (await read(questions.join('\nUNION ALL\n'))).map(({ found }) => String(found));
}
