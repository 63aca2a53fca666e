import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import {
  continueErasures,
  type ErasureTools,
  eraseDeletedContact,
  erasePerson,
} from '../../src/index.ts';
import { created, phone, reported, said, secondPhone, useErasures } from './erasure-fixture.ts';

const fixture = useErasures();
const typed = { kind: 'phone', value: `+${phone}` } as const;
const contactOne = { kind: 'contact', value: 'C1' } as const;

/** Tools with which the erasure dies once so many pages are noted. */
const dyingTools = (pages = 1, changes: Parameters<typeof fixture.tools>[0] = {}): ErasureTools => {
  let left = pages;
  return fixture.tools({
    ...changes,
    onPage: () => {
      left -= 1;
      if (left === 0) throw new Error('killed');
    },
  });
};

/** Runs `work` once, as soon as the person was searched for and before its place on the list. */
function meanwhile(work: () => Promise<void>): ErasureTools {
  const { database } = fixture;
  let isDone = false;
  const connect = async () => {
    if (!isDone) {
      isDone = true;
      await work();
    }
    return await database.pool.connect();
  };
  const pool = new Proxy(database.pool, {
    get: (target, name) => {
      if (name === 'connect') return connect;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return fixture.tools({ database: { ...database, pool } });
}

it('what was written between the search and the list is erased, and stays out', async () => {
  await fixture.write(created('C1', 'Zephyrine', phone, secondPhone));
  await fixture.write(said('M1', 'C1', phone, 'a violet teapot'));
  await erasePerson(
    meanwhile(async () => {
      await fixture.write(said('M2', 'C1', secondPhone, 'an amber kettle'));
      await fixture.write(created('C2', 'Quill', phone, '46701230009'));
      await fixture.write(said('M3', 'C2', '46701230009', 'a green cup'));
    }),
    typed,
    false,
  );
  const gone = ['teapot', 'kettle', 'a green cup', 'Zephyrine', 'Quill', phone, '46701230009'];
  expect(await fixture.tablesWith(...gone)).toEqual([]);
  // Later than the erasure: only the message says whose it is.
  const late = reported('M3', '', '46701230009', '2026-04-01T00:00:00Z');
  await fixture.write(late, '2026-04-01T00:00:00Z');
  expect(await fixture.tablesWith('46701230009')).toEqual([]);
  const lines = (await readFile(fixture.logFile, 'utf8')).trim().split('\n');
  const digests = lines.flatMap((line): string[] => JSON.parse(line).digests);
  expect(new Set(digests).size).toBe(digests.length);
  expect(lines).toHaveLength(2);
});

it('an interrupted erasure of someone else does not take the place of the one that is asked for', async () => {
  await fixture.write(created('C1', 'Zephyrine', phone, secondPhone));
  await fixture.write(created('C2', 'Quill', secondPhone));
  await expect(erasePerson(dyingTools(), contactOne, false)).rejects.toThrow('killed');
  const second = { kind: 'phone', value: secondPhone } as const;
  expect(await erasePerson(fixture.tools(), second, false)).toMatchObject({ isResumed: false });
  expect(await fixture.tablesWith('Quill')).toEqual([]);
  const states = await fixture.read('SELECT state FROM erasure ORDER BY state');
  expect(states).toEqual([{ state: 'RUNNING' }, { state: 'DONE' }]);
  expect(await continueErasures(fixture.tools())).toMatchObject({
    ended: [{ isResumed: true, isComplete: true }],
  });
  expect(await fixture.tablesWith('Zephyrine', phone, secondPhone)).toEqual([]);
  expect(await continueErasures(fixture.tools())).toEqual({ ended: [], failed: [] });
});

it('the same command later is as of then, for all that was asked for in either', async () => {
  await fixture.write(said('M1', 'C1', phone, 'a violet teapot'));
  // After all pages but the last.
  await expect(erasePerson(dyingTools(20), typed, false)).rejects.toThrow('killed');
  const may = '2026-05-01T00:00:00Z';
  await fixture.write({ ...created('C2', 'Amaryllis', phone), event_time: may }, may);
  await fixture.write(said('M2', 'C1', phone, 'an amber kettle', may), may);
  expect(await fixture.tablesWith('Amaryllis')).toContain('contact');
  const june = '2026-06-01T00:00:00Z';
  await expect(erasePerson(dyingTools(1, { at: june }), typed, true)).rejects.toThrow('killed');
  const last = await erasePerson(fixture.tools({ at: june }), typed, false);
  expect(last).toMatchObject({ isResumed: true, contacts: 2 });
  expect(await fixture.tablesWith('teapot', 'kettle', 'Amaryllis', phone)).toEqual([]);
  const [row] = await fixture.read('SELECT cutoff, for_ever FROM erasure');
  expect(row).toEqual({ cutoff: new Date('2026-06-01T00:00:00Z'), for_ever: true });
});

it('an operator takes over what the schedule began, without sparing anyone', async () => {
  await fixture.write(created('C1', 'Zephyrine', phone));
  await fixture.write(created('C2', 'Quill', phone));
  const dying = eraseDeletedContact(dyingTools(), 'C1');
  await expect(dying).rejects.toThrow('killed');
  expect(await erasePerson(fixture.tools(), contactOne, false)).toMatchObject({ identities: 1 });
  expect(await fixture.tablesWith(phone)).toEqual([]);
  expect(await fixture.read('SELECT state FROM erasure')).toEqual([{ state: 'DONE' }]);
});

it('at Sinch no contact goes that an earlier erasure found by another number', async () => {
  await fixture.write(created('C1', 'Zephyrine', phone, secondPhone));
  await erasePerson(fixture.tools(), contactOne, false);
  const april = '2026-04-01T00:00:00Z';
  await fixture.write({ ...created('C2', 'Quill', secondPhone), event_time: april }, april);
  const gone: string[] = [];
  const deletion = async (id: string) => {
    gone.push(id);
    return await Promise.resolve({ kind: 'deleted' } as const);
  };
  const deletions = { contact: deletion, conversation: deletion, message: deletion };
  const atSinch = { deletions, onProgress: () => undefined };
  const second = { kind: 'phone', value: secondPhone } as const;
  await erasePerson(fixture.tools({ atSinch }), second, false);
  expect(gone).toEqual(['C2']);
});

it('an erasure that is to delete at Sinch does not end without that', async () => {
  await fixture.write(created('C1', 'Zephyrine', phone));
  const deleted: string[] = [];
  const deletion = async () => {
    if (deleted.length === 0) throw new Error('Sinch is down');
    return await Promise.resolve({ kind: 'deleted' } as const);
  };
  const deletions = { contact: deletion, conversation: deletion, message: deletion };
  const atSinch = { deletions, onProgress: () => undefined };
  await expect(erasePerson(fixture.tools({ atSinch }), contactOne, false)).rejects.toThrow();
  const unfinished = { isComplete: false, needsSinch: true };
  expect(await erasePerson(fixture.tools(), contactOne, false)).toMatchObject(unfinished);
  expect(await eraseDeletedContact(fixture.tools(), 'C1')).toMatchObject(unfinished);
  expect(await continueErasures(fixture.tools())).toMatchObject({ ended: [unfinished] });
  expect(await fixture.read('SELECT state FROM erasure')).toEqual([{ state: 'RUNNING' }]);
  deleted.push('C1');
  const complete = { ended: [{ isComplete: true }], failed: [] };
  expect(await continueErasures(fixture.tools({ atSinch }))).toMatchObject(complete);
  expect(await fixture.read('SELECT state FROM erasure')).toEqual([{ state: 'DONE' }]);
});

/** Tools of a run that stops after its first page until another one has done its work. */
function overtakenBy(work: () => Promise<unknown>, changes: Partial<ErasureTools> = {}) {
  let isDone = false;
  return fixture.tools({
    ...changes,
    onPage: async () => {
      if (isDone) return;
      isDone = true;
      await work();
    },
  });
}

const takenOver = 'another run has taken this erasure over';

it('a narrower run does not finish the wider one that began meanwhile, or move its place', async () => {
  await fixture.write(created('C1', 'Zephyrine', phone));
  await fixture.write(created('C2', 'Quill', phone));
  const place = `SELECT state, position, counts, generation FROM erasure`;
  let left: unknown;
  const scheduled = overtakenBy(async () => {
    await expect(erasePerson(dyingTools(3), contactOne, false)).rejects.toThrow('killed');
    left = await fixture.read(place);
  });
  await expect(eraseDeletedContact(scheduled, 'C1')).rejects.toThrow(takenOver);
  expect(left).toMatchObject([{ state: 'RUNNING', generation: 2 }]);
  expect(await fixture.read(place)).toEqual(left);
  expect(await continueErasures(fixture.tools())).toMatchObject({ ended: [{ isComplete: true }] });
  expect(await fixture.tablesWith(phone)).toEqual([]);
});

it('a run that another one has overtaken and finished fails, and leaves its row done', async () => {
  await fixture.write(created('C1', 'Zephyrine', phone));
  const other = async () => await erasePerson(fixture.tools(), contactOne, false);
  await expect(erasePerson(overtakenBy(other), contactOne, false)).rejects.toThrow(takenOver);
  const done = [{ state: 'DONE', position: null, person: null }];
  expect(await fixture.read('SELECT state, position, person FROM erasure')).toEqual(done);

  await fixture.write(created('C3', 'Amber', secondPhone));
  const contactThree = { kind: 'contact', value: 'C3' } as const;
  const atQueues = fixture.tools({
    eraseQueues: async () => {
      await erasePerson(fixture.tools(), contactThree, false);
      return { counts: {}, isComplete: true, files: [] };
    },
  });
  await expect(erasePerson(atQueues, contactThree, false)).rejects.toThrow(takenOver);
  expect(await fixture.read('SELECT state, position, person FROM erasure')).toEqual([
    ...done,
    ...done,
  ]);
});

it('an erasure that fails keeps no later one from its end', async () => {
  await fixture.write(created('C1', 'Zephyrine', phone));
  await fixture.write(created('C3', 'Amber', secondPhone));
  await expect(erasePerson(dyingTools(), contactOne, false)).rejects.toThrow('killed');
  const contactThree = { kind: 'contact', value: 'C3' } as const;
  const later = dyingTools(1, { at: '2026-03-02T00:00:00Z' });
  await expect(erasePerson(later, contactThree, false)).rejects.toThrow('killed');
  const ids = await fixture.read('SELECT id FROM erasure ORDER BY requested_at');
  expect(await continueErasures(dyingTools())).toMatchObject({
    ended: [{ id: ids[1]?.['id'], isComplete: true }],
    failed: [{ id: ids[0]?.['id'], error: { message: 'killed' } }],
  });
  expect(await fixture.tablesWith('Amber', secondPhone)).toEqual([]);
});
