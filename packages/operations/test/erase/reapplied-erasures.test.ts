import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import {
  continueErasures,
  type ErasureTools,
  eraseDeletedContact,
  erasePerson,
  inspectErasureLog,
  liftErasure,
  reapplyErasures,
  requireErasureLog,
} from '../../src/index.ts';
import {
  capable,
  created,
  otherKeys,
  phone,
  said,
  secondPhone,
  useErasures,
} from './erasure-fixture.ts';

const fixture = useErasures();
const typed = { kind: 'phone', value: `+${phone}` } as const;
const contactOne = { kind: 'contact', value: 'C1' } as const;

/** Empties the database, and writes what a backup from before the erasure has. */
async function restore(...bodies: readonly object[]): Promise<void> {
  const tables = await fixture.read(
    `SELECT string_agg(c.oid::regclass::text, ', ') AS names FROM pg_class AS c
     WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
       AND NOT c.relispartition AND c.relname NOT LIKE '\\_prisma%'`,
  );
  await fixture.read(`TRUNCATE ${String(tables[0]?.['names'])}`);
  for (const body of bodies) await fixture.write(body);
}

const linesOf = async () => (await readFile(fixture.logFile, 'utf8')).trim().split('\n');

it('a restored person is erased again, also one whom a capability alone names', async () => {
  const bodies = [created('C1', 'Zephyrine', phone), capable('C1', secondPhone)];
  await restore(...bodies);
  await erasePerson(fixture.tools(), contactOne, true);
  expect(await fixture.tablesWith(phone, secondPhone)).toEqual([]);
  await restore(capable('', secondPhone));
  expect(await fixture.tablesWith(secondPhone)).toContain('capability');
  expect(await reapplyErasures(fixture.tools())).toMatchObject({
    inLog: 1,
    cutLines: 0,
    repeated: [{ isResumed: false }],
  });
  expect(await fixture.tablesWith(secondPhone)).toEqual([]);
  const [row] = await fixture.read('SELECT for_ever, state FROM erasure');
  expect(row).toEqual({ for_ever: true, state: 'DONE' });
  expect(await reapplyErasures(fixture.tools())).toMatchObject({ inLog: 1, repeated: [] });
});

it('a number that a living contact has too is spared in a repetition as it was', async () => {
  const bodies = [created('C1', 'Zephyrine', phone), created('C2', 'Quill', phone)];
  await restore(...bodies);
  await eraseDeletedContact(fixture.tools(), 'C1');
  await restore(...bodies);
  await reapplyErasures(fixture.tools());
  expect(await fixture.tablesWith('Zephyrine')).toEqual([]);
  const identities = await fixture.read('SELECT sinch_contact_id AS id FROM contact_identity');
  expect(identities).toEqual([{ id: 'C2' }]);
});

it('a log that is absent, empty, cut or another file is not taken for one', async () => {
  const reapply = async () => await reapplyErasures(fixture.tools());
  await expect(reapply()).rejects.toThrow('there is no such file');
  await writeFile(fixture.logFile, '\n');
  await expect(reapply()).rejects.toThrow('is empty');
  const line = { kind: 'erased', id: 'x', cutoff: 'yesterday', digests: [] };
  await writeFile(fixture.logFile, `\n${JSON.stringify(line)}\n`);
  await expect(reapply()).rejects.toThrow(
    'line 2 of ERASURE_LOG is not an erasure: is this the right file?',
  );
  await writeFile(fixture.logFile, '{"kind":"erased","id":"0');
  expect(await reapply()).toEqual({ inLog: 0, lifted: 0, cutLines: 1, repeated: [], failed: [] });
  await erasePerson(fixture.tools(), typed, false);
  expect(await linesOf()).toEqual(['{"kind":"erased","id":"0', expect.stringContaining('keyId')]);
});

it('another ERASURE_KEY erases no one, lifts no one and repeats nothing', async () => {
  await fixture.write(said('M1', 'C1', phone, 'a violet teapot'));
  await erasePerson(fixture.tools(), typed, false);
  const wrong = fixture.tools({ keys: otherKeys });
  const refusal = /this is not the ERASURE_KEY that erased people (here|in ERASURE_LOG)/;
  await expect(erasePerson(wrong, contactOne, false)).rejects.toThrow(refusal);
  await expect(liftErasure(wrong, typed)).rejects.toThrow(refusal);
  await expect(reapplyErasures(wrong)).rejects.toThrow(refusal);
  await restore(said('M1', 'C1', phone, 'a violet teapot'));
  await expect(reapplyErasures(wrong)).rejects.toThrow(refusal);
  expect(await fixture.read('SELECT FROM erasure')).toEqual([]);
});

it('a log that cannot be written is found before anyone is erased', async () => {
  const nowhere = `${fixture.logFile}/erasures.jsonl`;
  await fixture.write(said('M1', 'C1', phone, 'a violet teapot'));
  await erasePerson(fixture.tools(), { kind: 'contact', value: 'C9' }, false);
  const tools = fixture.tools({ logFile: nowhere });
  await expect(erasePerson(tools, typed, false)).rejects.toThrow(
    `ERASURE_LOG (${nowhere}) cannot be written: ENOTDIR. Make its directory`,
  );
  expect(await fixture.tablesWith('teapot')).toContain('message');
  expect(await fixture.read('SELECT FROM erasure')).toHaveLength(1);
  expect(await inspectErasureLog(nowhere, [])).toMatchObject({ kind: 'unusable' });
});

it('a lift that was killed before the database had it is done by the same call and by a repetition', async () => {
  await erasePerson(fixture.tools(), typed, false);
  const lift = async () => await liftErasure(fixture.tools(), typed);
  await fixture.read(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE 'killed'; END $$`);
  const refuse = `CREATE TRIGGER refuse BEFORE UPDATE ON erasure FOR EACH ROW EXECUTE FUNCTION refuse()`;
  await fixture.read(refuse);
  await expect(lift()).rejects.toThrow('killed');
  expect((await linesOf()).map((line) => JSON.parse(line).kind)).toEqual(['erased', 'lifted']);
  await fixture.read('DROP TRIGGER refuse ON erasure');
  expect(await reapplyErasures(fixture.tools())).toMatchObject({ lifted: 1, repeated: [] });
  expect(await fixture.read('SELECT state FROM erasure')).toEqual([{ state: 'LIFTED' }]);
  expect(await lift()).toEqual({ kind: 'lifted', count: 0 });
});

it('a lift ends what the same number was typed for, and not an erasure that found it', async () => {
  await fixture.write(created('C1', 'Zephyrine', phone, secondPhone));
  await erasePerson(fixture.tools(), contactOne, false);
  const second = { kind: 'phone', value: secondPhone } as const;
  expect(await liftErasure(fixture.tools(), second)).toEqual({ kind: 'lifted', count: 0 });
  await erasePerson(fixture.tools(), second, false);
  expect(await liftErasure(fixture.tools(), second)).toEqual({ kind: 'lifted', count: 1 });
  const states = await fixture.read('SELECT state FROM erasure ORDER BY state');
  expect(states).toEqual([{ state: 'DONE' }, { state: 'LIFTED' }]);
});

it('a lift does not end an erasure that has not ended', async () => {
  const dying = fixture.tools({
    eraseQueues: async () => await Promise.reject(new Error('killed')),
  });
  await expect(erasePerson(dying, typed, false)).rejects.toThrow('killed');
  expect(await liftErasure(fixture.tools(), typed)).toEqual({ kind: 'running' });
  expect((await linesOf()).map((line) => JSON.parse(line).kind)).toEqual(['erased']);
});

it('a first key that was a mistake is left by lifting its erasure with it', async () => {
  const mistaken = fixture.tools({ keys: otherKeys });
  await erasePerson(mistaken, typed, false);
  const erase = async () => await erasePerson(fixture.tools(), typed, false);
  await expect(erase()).rejects.toThrow('lift its erasures with it');
  await liftErasure(mistaken, typed);
  expect(await erase()).toMatchObject({ isComplete: true });
  expect(await reapplyErasures(fixture.tools())).toMatchObject({ inLog: 1, repeated: [] });
});

it('a key that a lifted erasure keeps opt-outs under is not left', async () => {
  await erasePerson(fixture.tools({ keys: otherKeys }), typed, false);
  await fixture.read(`UPDATE erasure SET counts = '{"consent_event": 1}'`);
  await liftErasure(fixture.tools({ keys: otherKeys }), typed);
  await expect(erasePerson(fixture.tools(), typed, false)).rejects.toThrow('the ERASURE_KEY that');
});

const atSinch: ErasureTools['atSinch'] = {
  deletions: {
    contact: async () => await Promise.resolve({ kind: 'deleted' }),
    conversation: async () => await Promise.resolve({ kind: 'deleted' }),
    message: async () => await Promise.resolve({ kind: 'deleted' }),
  },
  onProgress: () => undefined,
};

/** Begins an erasure, and ends it at its queues. */
const dying = (changes: Partial<ErasureTools> = {}) =>
  fixture.tools({
    ...changes,
    eraseQueues: async () => await Promise.reject(new Error('killed')),
  });

it('a repetition does not end an erasure that is to delete at Sinch without that', async () => {
  await restore(created('C1', 'Zephyrine', phone));
  await expect(erasePerson(dying({ atSinch }), contactOne, false)).rejects.toThrow('killed');
  await restore(created('C1', 'Zephyrine', phone));
  const unfinished = [{ isComplete: false, needsSinch: true }];
  expect(await reapplyErasures(fixture.tools())).toMatchObject({ repeated: unfinished });
  expect(await fixture.read('SELECT state FROM erasure')).toEqual([{ state: 'RUNNING' }]);
  const complete = { ended: [{ isComplete: true }] };
  expect(await continueErasures(fixture.tools({ atSinch }))).toMatchObject(complete);
});

it('a repetition does not narrow an erasure that runs', async () => {
  await restore(created('C1', 'Zephyrine', phone), created('C2', 'Quill', phone));
  const onPage = async () => await Promise.reject(new Error('killed'));
  await expect(eraseDeletedContact(fixture.tools({ onPage }), 'C1')).rejects.toThrow('killed');
  const [narrow = ''] = await linesOf();
  const wider = erasePerson(fixture.tools({ onPage, atSinch }), contactOne, false);
  await expect(wider).rejects.toThrow('killed');
  await writeFile(fixture.logFile, `${narrow}\n`);
  expect(await reapplyErasures(fixture.tools())).toMatchObject({
    repeated: [{ isResumed: true, needsSinch: true }],
  });
  expect(await fixture.tablesWith(phone)).toEqual([]);
});

it('a log that nothing was written to yet lacks every erasure, and is no fault by itself', async () => {
  await requireErasureLog(fixture.logFile);
  const usable = { kind: 'usable', missing: 0, cutLines: 0 };
  expect(await inspectErasureLog(fixture.logFile, [])).toEqual(usable);
  expect(await inspectErasureLog(fixture.logFile, ['an id'])).toEqual({ ...usable, missing: 1 });
});

it.each(['Nov 28 12:00:00 host app: started\n', '{"level":30,"msg":"started"}\n'])(
  '%j is not taken for a log, and is not appended to',
  async (text) => {
    await writeFile(fixture.logFile, text);
    const wrongFile = 'is this the right file?';
    await expect(erasePerson(fixture.tools(), typed, false)).rejects.toThrow(wrongFile);
    await expect(reapplyErasures(fixture.tools())).rejects.toThrow(wrongFile);
    expect(await inspectErasureLog(fixture.logFile, [])).toMatchObject({ kind: 'unusable' });
    expect(await readFile(fixture.logFile, 'utf8')).toBe(text);
    expect(await fixture.read('SELECT FROM erasure')).toEqual([]);
  },
);

it('a log with another line is found before an erasure is begun again', async () => {
  await expect(erasePerson(dying(), typed, false)).rejects.toThrow('killed');
  await appendFile(fixture.logFile, '{"level":30}\n');
  await expect(erasePerson(fixture.tools(), typed, false)).rejects.toThrow('is not an erasure');
  expect(await fixture.read('SELECT generation FROM erasure')).toEqual([{ generation: 1 }]);
});

it('what the log has as lifted is lifted by a repetition, also where a restore left it running', async () => {
  await expect(erasePerson(dying(), typed, false)).rejects.toThrow('killed');
  const [row] = await fixture.read('SELECT id FROM erasure');
  const line = { kind: 'lifted', id: row?.['id'], at: '2026-03-02T00:00:00Z' };
  await appendFile(fixture.logFile, `${JSON.stringify(line)}\n`);
  expect(await reapplyErasures(fixture.tools())).toMatchObject({ lifted: 1, repeated: [] });
  expect(await fixture.read('SELECT state, person FROM erasure')).toEqual([
    { state: 'LIFTED', person: null },
  ]);
});

it('an erasure that runs after its lift in the log is logged whole', async () => {
  await fixture.write(created('C1', 'Zephyrine', phone));
  await expect(erasePerson(dying(), typed, false)).rejects.toThrow('killed');
  const [first = ''] = await linesOf();
  const { id } = JSON.parse(first);
  const line = { kind: 'lifted', id, at: '2026-03-02T00:00:00Z' };
  await appendFile(fixture.logFile, `${JSON.stringify(line)}\n`);
  await continueErasures(fixture.tools());
  const last = JSON.parse((await linesOf()).at(-1) ?? '');
  expect(last).toMatchObject({ kind: 'erased', id, digests: JSON.parse(first).digests });
});
