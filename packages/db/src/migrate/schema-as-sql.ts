import { readFileSync } from 'node:fs';
import { withSchemaEngine } from './schema-engine.ts';

/**
 * The SQL that makes an empty database what a schema file says, for comparing with what the
 * migrations make of it.
 * @param url any Postgres; it is asked for its version and left as it is.
 */
export async function schemaAsSql(url: string, schemaFile: string): Promise<string> {
  const schema = { path: schemaFile, content: readFileSync(schemaFile, 'utf8') };
  const { stdout } = await withSchemaEngine(url, (engine) =>
    engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [schema] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    }),
  );
  if (!stdout) throw new Error(`Prisma made no SQL of ${schemaFile}`);
  return stdout;
}
