import { queryRows } from '@sinch-callbacks/dev-env/servers';

interface ErasureRow extends Record<string, unknown> {
  readonly id: string;
  readonly state: string;
  /** Encrypted; it changes with each page. */
  readonly position: unknown;
  readonly counts: Readonly<Record<string, number>>;
}

/** Reads the record of every erasure. */
export async function readErasures(databaseUrl: string): Promise<readonly ErasureRow[]> {
  return await queryRows<ErasureRow>(databaseUrl, 'SELECT * FROM erasure');
}
