import { beforeEach, describe, expect, it } from 'vitest';
import { createEventWriter, handleDeletedContacts, TooManyIdsError } from '../../src/index.ts';
import { emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';
import { created, deleted, said } from './contact-bodies.ts';
import { personalValues } from './redacted-rows.ts';

const migrated = useMigratedDatabase();
const redact = { kind: 'redact' } as const;
const dueAt = new Date('2026-02-01T00:00:00Z');
const batch = 2;

async function write(bodies: readonly object[]): Promise<void> {
  const writer = createEventWriter(migrated.database, () => new Date());
  const outcomes = await writer.write(bodies.map((body) => toWrite(eventOf(body))));
  expect(outcomes.filter(({ kind }) => kind === 'failed')).toEqual([]);
}

beforeEach(async () => await emptyTables(migrated.database));

describe('of many contacts, some of which always fail', () => {
  const ids = Array.from({ length: 130 }, (_, index) => `C${String(index).padStart(3, '0')}`);
  const due = async () =>
    await write(ids.map((id, index) => deleted(id, String(15_550_000 + index))));
  const planted = (code: string) => Object.assign(new Error('planted'), { code });
  /** Erases, but for contacts with an error. */
  async function run(errorOf: (id: string) => Error | undefined, triedLast: string[] = []) {
    const [tried, failed]: [string[], string[]] = [[], []];
    const erase = async (id: string) => {
      tried.push(id);
      const error = errorOf(id);
      if (error) throw error;
      return 'done' as const;
    };
    const last = async () => new Set(triedLast);
    const result = await handleDeletedContacts(
      migrated.database,
      { kind: 'erase', erase, triedLast: last },
      dueAt,
      { batch, onFailed: (id) => void failed.push(id) },
    ).catch((error: unknown) => error);
    return { tried, failed, result };
  }
  const isOneOfTwenty = (id: string) => Number(id.slice(1)) < 20;

  it('the others have their turn, in an order that is new each time', async () => {
    await due();
    const errorOf = (id: string) => (isOneOfTwenty(id) ? new TooManyIdsError() : undefined);
    const first = await run(errorOf);
    expect(first.result).toEqual({ contacts: 110 });
    expect(first.failed.toSorted()).toEqual(ids.slice(0, 20));
    expect(first.tried.toSorted()).toEqual(ids);
    expect((await run(errorOf)).tried).not.toEqual(first.tried);
  });

  it('ten in a row that fail alike end it with their error; ten with causes of their own do not', async () => {
    await due();
    const alike = await run(() => planted('ENOSPC'));
    expect(alike.failed).toHaveLength(10);
    expect(alike.result).toMatchObject({ code: 'ENOSPC' });
    let count = 0;
    const different = await run(() => planted(String((count += 1))));
    expect(different.failed).toHaveLength(ids.length);
    expect(different.result).toEqual({ contacts: 0 });
  });

  it('those whose erasure runs are tried last, each of them', async () => {
    await due();
    const running = ids.slice(0, 20);
    const errorOf = (id: string) => (isOneOfTwenty(id) ? planted('57014') : undefined);
    const { tried, failed, result } = await run(errorOf, running);
    expect(result).toEqual({ contacts: 110 });
    expect(tried.slice(-20).toSorted()).toEqual(running);
    expect(failed.toSorted()).toEqual(running);
  });

  it('one that a signal interrupts is not counted as done, and no other follows', async () => {
    await due();
    const stopping = new AbortController();
    const pace = { signal: stopping.signal, afterBatch: async () => undefined };
    let count = 0;
    const erase = async () => {
      count += 1;
      if (count < 3) return 'done' as const;
      stopping.abort();
      throw new Error('interrupted');
    };
    const work = { batch, pace };
    expect(
      await handleDeletedContacts(migrated.database, { kind: 'erase', erase }, dueAt, work),
    ).toEqual({ contacts: 2 });
  });
});

it('a redaction that is interrupted within a contact counts it when it is done', async () => {
  const messages = ['one', 'two', 'three'].map((text) => said('C1', text, `01M${text}`));
  await write([created('C1', '15550101'), ...messages, deleted('C1', '15550101')]);
  const stopping = new AbortController();
  const batches: number[] = [];
  const afterBatch = async (rows: number) => {
    batches.push(rows);
    stopping.abort();
  };
  const pace = { signal: stopping.signal, afterBatch };
  expect(await handleDeletedContacts(migrated.database, redact, dueAt, { batch, pace })).toEqual({
    contacts: 0,
  });
  expect(batches).toEqual([batch]);
  expect(await handleDeletedContacts(migrated.database, redact, dueAt, { batch })).toEqual({
    contacts: 1,
  });
  expect(await personalValues(migrated)).toEqual([]);
});
