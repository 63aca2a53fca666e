import { randomBytes } from 'node:crypto';
import { migrateDatabase } from '@sinch-callbacks/db';
import { createDatabase, queryRows, type TestDatabase } from '@sinch-callbacks/dev-env/servers';
import { migrateQueue } from '@sinch-callbacks/queue';

/** Empty databases with the product's tables, made in no time. */
export interface TemplateDatabase {
  /** A copy of its own for one run, on a server that has nothing left to write. */
  copy(): Promise<TestDatabase>;
}

export async function prepareTemplate(serverUrl: string): Promise<TemplateDatabase> {
  const template = await createDatabase(
    serverUrl,
    `bench_template_${randomBytes(4).toString('hex')}`,
  );
  await migrateDatabase(template.url);
  // Where the worker looks for what came while Redis was away.
  await migrateQueue({ backend: { kind: 'postgres', url: template.url } });
  return {
    async copy() {
      const name = `bench_${randomBytes(4).toString('hex')}`;
      return await createDatabase(serverUrl, name, { template: template.name });
    },
  };
}

/** Nobody begins with another's work: statistics are there, dirty pages are written. */
export async function settleDatabase(url: string): Promise<void> {
  await queryRows(url, 'VACUUM ANALYZE');
  await queryRows(url, 'CHECKPOINT');
}
