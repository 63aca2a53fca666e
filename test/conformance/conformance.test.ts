import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type StartedProcess, until } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import type { Stack } from '@sinch-callbacks/dev-env/stack';
import { createSampleContext, createSender, sampleCallbacks } from '@sinch-callbacks/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack } from '../running-stack.ts';
import { root } from '../shown-command.ts';
import type { Section } from './expected-related-rows.ts';
import { type Expectation, expectationOf } from './expected-rows.ts';

interface Callback {
  readonly name: string;
  readonly trigger: string;
  readonly rawBody: Buffer;
}

/** The invented callbacks: every variant of every trigger. */
const invented: readonly Callback[] = Object.entries(sampleCallbacks).flatMap(
  ([trigger, variants]) =>
    Object.entries(variants).map(([variant, build]) => {
      const name = `${trigger}, ${variant}`;
      const body = build(createSampleContext(`conformance of ${name}`));
      return { name, trigger, rawBody: Buffer.from(JSON.stringify(body)) };
    }),
);

/**
 * Bodies that Sinch and its SDKs have published must not be committed; they are read when present.
 * A file's name begins with its trigger: `TRIGGER__anything.json`.
 */
const folder = process.env['SINCH_PAYLOADS_DIR'] ?? path.resolve(root, '../shared/payloads');
const published: readonly Callback[] = (existsSync(folder) ? readdirSync(folder) : [])
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({
    name,
    trigger: name.split('__')[0] ?? '',
    rawBody: readFileSync(path.join(folder, name)),
  }));

let directory: string;
let stack: Stack;
let start: StartedProcess | undefined;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sinch-callbacks-conformance-'));
  // When root runs this, Postgres runs as another user, who must reach the directory.
  await chmod(directory, 0o755);
  ({ stack, start } = await startStack(directory));
}, 150_000);

afterAll(async () => {
  await start?.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('every invented callback, through the running system', () => conforms(invented));

describe.skipIf(published.length === 0)(
  'every callback in SINCH_PAYLOADS_DIR, through the running system',
  () => conforms(published),
);

function conforms(callbacks: readonly Callback[]): void {
  const expected = new Map(callbacks.map((callback) => [callback, expectationFor(callback)]));
  const sharing = countRows([...expected.values()]);
  let tables: Readonly<Record<string, readonly Section[]>>;

  beforeAll(async () => {
    const url = `${stack.ingestUrl}/api/sinch/webhook`;
    const sender = createSender({ url, secret: stack.webhookSecret });
    for (const { name, rawBody } of callbacks) {
      const { status, body } = await sender.send(rawBody);
      expect([name, status, body]).toEqual([name, 200, '{"status":"accepted"}']);
    }
    const digests = callbacks.map(digestOf);
    await until(async () => (await countStored(digests)) === digests.length, {
      what: 'every event to be stored',
      timeoutMs: 60_000,
    });
    tables = await readTables(
      new Set(['callback_event', ...[...expected.values()].flatMap(tablesOf)]),
    );
  }, 120_000);

  it.each(callbacks)('$name', (callback) => {
    const { entityId, rows } = expected.get(callback) ?? { entityId: undefined, rows: [] };
    const text = callback.rawBody.toString();
    expect(only('callback_event', { event_key: keyOf(callback, entityId) })).toMatchObject({
      trigger: callback.trigger,
      entity_id: entityId ?? null,
      state: 'APPLIED',
      raw_body: text,
      body: JSON.parse(text),
    });
    for (const { table, key, values } of rows) {
      const isShared = (sharing.get(rowName(table, key)) ?? 0) > 1;
      expect(only(table, key), table).toMatchObject(isShared ? {} : values);
    }
  });

  function only(table: string, key: Section): Section {
    const found = (tables[table] ?? []).filter((row) =>
      Object.entries(key).every(([column, value]) => row[column] === value),
    );
    expect(found, rowName(table, key)).toHaveLength(1);
    return found[0] ?? {};
  }
}

function expectationFor(callback: Callback): Expectation {
  const body = JSON.parse(callback.rawBody.toString()) as Section;
  return expectationOf(callback.trigger, body, digestOf(callback));
}

/** Computes the event key as documented, without the code under test. */
function keyOf(callback: Callback, entityId: string | undefined): string {
  return `${callback.trigger}.${entityId ?? '-'}.${digestOf(callback)}`;
}

/** Computes the digest: 32 hexadecimal digits. */
function digestOf({ rawBody }: Callback): string {
  return createHash('sha256').update(rawBody).digest('hex').slice(0, 32);
}

/** Counts the callbacks that concern each row. */
function countRows(expectations: readonly Expectation[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { rows } of expectations) {
    for (const name of new Set(rows.map(({ table, key }) => rowName(table, key)))) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

function rowName(table: string, key: Section): string {
  return `${table} ${JSON.stringify(key)}`;
}

function tablesOf({ rows }: Expectation): string[] {
  return rows.map(({ table }) => table);
}

/** Counts by digests, so that an event under another key fails its own test. */
async function countStored(digests: readonly string[]): Promise<number> {
  const sql = `SELECT count(*)::int AS stored FROM callback_event
    WHERE encode(event_digest, 'hex') = ANY($1)`;
  const [found] = await queryRows<{ stored: number }>(stack.databaseUrl, sql, [digests]);
  return found?.stored ?? 0;
}

async function readTables(names: ReadonlySet<string>): Promise<Record<string, Section[]>> {
  const found: Record<string, Section[]> = {};
  for (const name of names) {
    const more =
      name === 'callback_event' ? ", 'event_key', event_key(t), 'body', event_body(t)" : '';
    const sql = `SELECT to_jsonb(t) || jsonb_build_object(${more.slice(2)}) AS row
      FROM ${name} AS t`;
    const rows = await queryRows<{ row: Section }>(stack.databaseUrl, sql);
    found[name] = rows.map(({ row }) => row);
  }
  return found;
}
