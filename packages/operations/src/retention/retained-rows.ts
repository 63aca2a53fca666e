/** Rows of one table that were removed or redacted, or would be. */
export interface RetainedRows {
  readonly table: string;
  readonly action: (typeof retentionActions)[number];
  readonly rows: number;
}

export const retentionActions = ['removed', 'redacted'] as const;
