import { digestOfEventKey, encodeRawBody, eventKey, rawBodyBytes } from '@sinch-callbacks/core';
import { describe, expect, it } from 'vitest';
import {
  type AttemptRecord,
  countDeadLetters,
  createEventWriter,
  type DeadLetterRecord,
  discardDeadLetters,
  findDeadLetter,
  groupDeadLetters,
  noteReplay,
  openRun,
  recordDeadLetter,
} from '../../src/index.ts';
import { allRows, eventOf, toWrite, useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase('one-emptied');

const report = eventOf({ message_delivery_report: { message_id: 'm', status: 'READ' } });

function attempt(changes: Partial<AttemptRecord>): AttemptRecord {
  const at = `2026-01-02T03:04:0${changes.attempt ?? 1}.000Z`;
  return { replay: 0, attempt: 1, at, errorClass: 'transient', message: 'no', ...changes };
}

function death(changes: Partial<DeadLetterRecord> = {}): DeadLetterRecord {
  return {
    event: report,
    replay: 0,
    errorClass: 'permanent',
    errorMessage: 'refused',
    stack: 'at x',
    attempts: [attempt({})],
    deadAt: new Date('2026-01-02T03:05:00Z'),
    ...changes,
  };
}

const record = async (letter: DeadLetterRecord) =>
  await recordDeadLetter(migrated.database, letter);
const find = async (key = report.key) => await findDeadLetter(migrated.database, key);

describe('a letter that dies again', () => {
  it('keeps every attempt of every death, in order, also of two copies in the same lane', async () => {
    const first = [attempt({}), attempt({ attempt: 2 })];
    const replayed = [attempt({ replay: 1, at: '2026-01-03T00:00:00.000Z' })];
    const lateCopy = [attempt({ at: '2026-01-04T00:00:00.000Z', message: 'a late copy' })];
    await record(death({ attempts: first }));
    await record(death({ attempts: replayed, replay: 1 }));
    await record(death({ attempts: lateCopy }));
    await record(death({ attempts: lateCopy }));
    const all = [...first, ...lateCopy, ...replayed];
    expect((await find())?.history).toEqual(all);
    expect((await find())?.attempts).toBe(all.length);
  });

  it('keeps its exact bytes, text or not', async () => {
    const { database } = migrated;
    const start = { operator: 'a', filter: { where: {} }, matched: 1, startedAt: new Date() };
    const { id: runId } = await openRun(database, { action: 'REPLAY', ...start });
    const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    for (const bytes of [
      everyByte,
      Buffer.from('{"a":"\u0000"}'),
      Buffer.from('{"a":"ä€😀"}\r\n'),
    ]) {
      const key = eventKey('UNREADABLE', undefined, bytes);
      const event = { ...report, key, rawBody: encodeRawBody(bytes) };
      await record(death({ event }));
      for (const replay of [1, 2]) {
        const found = await find(key);
        expect(found?.event.rawBody).toEqual(event.rawBody);
        expect(Buffer.from(rawBodyBytes(event.rawBody)).equals(bytes)).toBe(true);
        await noteReplay(database, { runId, eventKey: key, at: new Date() }, replay - 1);
        const again = { ...event, ...found?.event };
        await record(death({ event: again, replay, attempts: [attempt({ replay })] }));
      }
      const last = await find(key);
      expect(last?.history.map(({ replay }) => replay)).toEqual([0, 1, 2]);
      expect(Buffer.from(rawBodyBytes(last?.event.rawBody ?? report.rawBody)).equals(bytes)).toBe(
        true,
      );
    }
  });
});

describe('a letter that is closed', () => {
  it('by discarding stays so when a late copy of its event dies, and notes that attempt', async () => {
    await record(death());
    await discardDeadLetters(migrated.database, [report.key], new Date('2026-01-03T00:00:00Z'));
    const late = attempt({ at: '2026-01-04T00:00:00.000Z' });
    expect(await record(death({ attempts: [late] }))).toBe('already-closed');
    expect(await find()).toMatchObject({
      resolution: 'DISCARDED',
      resolvedAt: new Date('2026-01-03T00:00:00Z'),
      history: [attempt({}), late],
    });
    expect(await countDeadLetters(migrated.database, {})).toBe(0);
  });

  it('by discarding is resolved as applied when a late copy of its event is', async () => {
    await record(death());
    await discardDeadLetters(migrated.database, [report.key], new Date());
    const writer = createEventWriter(migrated.database, () => new Date());
    await writer.write([toWrite(report)]);
    expect(await find()).toMatchObject({ resolution: 'APPLIED' });
  });

  it('by a redaction stays so and takes nothing more, since an error may quote the text', async () => {
    const inbound = {
      id: 'm',
      direction: 'TO_APP',
      contact_message: { text_message: { text: 'my card is 4111' } },
    };
    const message = eventOf({ message: inbound });
    const writer = createEventWriter(migrated.database, () => new Date());
    await record(death({ event: message }));
    await writer.write([
      toWrite(eventOf({ accept_time: '2026-01-02T03:04:06Z', message_redaction: inbound })),
    ]);
    expect(await find(message.key)).toMatchObject({ resolution: 'REDACTED' });
    const before = (await allRows(migrated.database))['dead_letter'];
    const quoting = { errorMessage: 'not: my card is 4111', stack: 'at 4111' };
    expect(await record(death({ event: message, ...quoting }))).toBe('already-closed');
    expect((await allRows(migrated.database))['dead_letter']).toEqual(before);
  });
});

describe('groups', () => {
  const events = ['a', 'b', 'c'].map((id) =>
    eventOf({ message_delivery_report: { message_id: id, status: 'READ' } }),
  );
  const [a = report, b = report, c = report] = events;
  const firstByDigest = (...keys: string[]) =>
    keys.toSorted((one, other) => (digestOfEventKey(one) < digestOfEventKey(other) ? -1 : 1))[0];

  it('are letters with the same error, the most frequent first, the open ones alone', async () => {
    const { database } = migrated;
    await record(death({ event: a, errorMessage: 'no row 17 (SQLSTATE 23503)' }));
    await record(death({ event: b, errorMessage: 'no row 18 (SQLSTATE 23503)' }));
    await record(death({ event: c, errorMessage: 'no row 17 (SQLSTATE 22001)' }));
    const groups = await groupDeadLetters(database, {}, 10);
    expect(groups).toMatchObject([
      { count: 2, triggers: ['MESSAGE_DELIVERY'], exampleKey: firstByDigest(a.key, b.key) },
      { count: 1, exampleKey: c.key, errorMessage: 'no row 17 (SQLSTATE 22001)' },
    ]);
    const [first] = groups;
    expect(await countDeadLetters(database, { fingerprint: first?.fingerprint })).toBe(2);
    await discardDeadLetters(database, [a.key], new Date());
    expect((await groupDeadLetters(database, {}, 10)).map(({ count }) => count)).toEqual([1, 1]);
    const all = await groupDeadLetters(database, { includeResolved: true }, 1);
    expect(all).toMatchObject([{ count: 2, fingerprint: first?.fingerprint }]);
  });
});
