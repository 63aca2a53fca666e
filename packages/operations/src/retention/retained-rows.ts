/** Rows of one table that were removed or redacted, or would be; `failed`: they still should be. */
export interface RetainedRows {
  readonly table: string;
  readonly action: 'removed' | 'redacted' | 'failed';
  readonly rows: number;
}
