/// <reference path="./web-assembly.d.ts" />
import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  DriverAdapterError,
} from '@prisma/driver-adapter-utils';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

type SchemaEngine = engineModule.SchemaEngine;

const wasmFile = new URL(
  'schema_engine_bg.wasm',
  import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'),
);

let isLoaded = false;

/**
 * Runs Prisma's own schema engine, in its WebAssembly build from npm. Migrating thus needs no
 * download and no native binary, and fills the same `_prisma_migrations` table as `prisma migrate
 * deploy`.
 *
 * The engine's connections are closed when `use` ends, and with them the advisory lock that it
 * takes and never releases.
 */
export async function withSchemaEngine<Result>(
  url: string,
  use: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  loadEngine();
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(withWholeScripts(new PrismaPg(pool), pool));
    const options = { datamodels: undefined };
    return await use(await engineModule.SchemaEngine.new(options, discardLog, adapter));
  } finally {
    await pool.end();
  }
}

const connectTimeoutMs = 10_000;

/**
 * Makes scripts run whole, as one transaction. Prisma's adapter splits a script at every semicolon,
 * those in functions and comments too, and commits each piece.
 */
function withWholeScripts(factory: PrismaPg, pool: pg.Pool): PrismaPg {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    adapter.executeScript = async (script) => {
      try {
        await pool.query(script);
      } catch (error) {
        throw asAdapterError(error);
      }
    };
    return adapter;
  };
  return factory;
}

/** Converts an error to the only kind whose message the engine repeats. */
function asAdapterError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const { code = '', severity = '', message, detail, column, hint } = error;
  return new DriverAdapterError({
    kind: 'postgres',
    code,
    severity,
    message,
    detail,
    column,
    hint,
  });
}

/** A global that the engine looks for when it panics; without it the cause is lost. */
const panicRegistry = {
  message: '',
  set_message(text: string) {
    this.message = text;
  },
};

function loadEngine(): void {
  if (isLoaded) return;
  Reflect.set(globalThis, 'PRISMA_WASM_PANIC_REGISTRY', panicRegistry);
  const wasm = new WebAssembly.Module(readFileSync(wasmFile));
  const imports = { './schema_engine_bg.js': { ...engineModule } };
  const instance = new WebAssembly.Instance(wasm, imports);
  engineModule.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  isLoaded = true;
}

/** Discards the engine's log: everything of interest comes back as a result or an error. */
function discardLog(): void {
  return;
}

/**
 * Generates the SQL that creates a schema file's schema in an empty database, to compare it with
 * the result of the migrations.
 * @param url any Postgres; only its version is read.
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
