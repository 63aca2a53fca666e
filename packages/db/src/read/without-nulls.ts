/** A row whose columns without a value are absent. */
export type WithoutNulls<Row> = {
  readonly [Column in keyof Row]: null extends Row[Column]
    ? Exclude<Row[Column], null> | undefined
    : Row[Column];
};

/**
 * Returns the row with `undefined` in place of null, which the rest of the code uses for absent.
 */
export function withoutNulls<Row extends object>(row: Row): WithoutNulls<Row> {
  const columns = Object.entries(row).map(([name, value]) => [name, value ?? undefined] as const);
  return Object.fromEntries(columns) as WithoutNulls<Row>;
}
