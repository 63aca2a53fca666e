/** Rows of one table that were removed or redacted, or would be. */
export interface RetainedRows {
  readonly table: string;
  readonly action: 'removed' | 'redacted';
  readonly rows: number;
}
