import { matchesOf, separatorSigns } from '@sinch-callbacks/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isWord, mentions, parameters } from '../../src/erase/erased-tables.ts';
import { type Person, patternsOf } from '../../src/erase/person.ts';
import { searchTextsOf } from '../../src/erase/search-texts.ts';
import { useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase();
const unknown: Person = {
  contacts: [],
  identities: [],
  emails: [],
  externalIds: [],
  shared: [],
  messages: [],
  subjects: [],
};
const used = `WITH used AS (SELECT ${Object.values(parameters).join(', ')})`;

/** Lists the texts that an erasure would empty, and the bodies and jobs that it would find. */
async function foundIn(person: Person, texts: readonly string[]) {
  const patterns = patternsOf(person);
  const sql = `${used} SELECT t.text, ${mentions('t.text')} AS "inText",
      ${mentions('t.text', 'body')} AS "inBody", ${isWord('t.text')} AS "isWord"
    FROM unnest($11::text[]) AS t(text), used`;
  const { rows } = await migrated.database.pool.query<{
    readonly text: string;
    readonly inText: boolean;
    readonly inBody: boolean;
    readonly isWord: boolean;
  }>(sql, [
    [],
    [],
    [],
    [],
    patterns.texts,
    patterns.numbers,
    [],
    patterns.candidates,
    patterns.ids,
    patterns.words,
    texts,
  ]);
  const { numbers, texts: searched, ids } = searchTextsOf(person);
  const matches = matchesOf({ numbers, texts: [...searched, ...ids] });
  return rows.map((row) => ({ ...row, inQueue: matches(row.text) }));
}

const instant = fc
  .date({ noInvalidDate: true, min: new Date('2020-01-01'), max: new Date('2039-01-01') })
  .map((at) => at.toISOString());
const nanoseconds = fc.stringMatching(/^\d{9}$/);
const zone = fc.constantFrom('Z', '+00:00', '+0100', '');
const time = fc.tuple(instant, nanoseconds, zone).map(([at, nanos, offset]) => ({
  at,
  spellings: [
    `${at.slice(0, 19)}.${nanos}${offset}`,
    `${at.slice(0, 19)}.${nanos.slice(0, 6)}${offset}`,
    `${at.slice(0, 10)} ${at.slice(11, 16)}`,
    `${at.slice(0, 10)} ${at.slice(11, 19)}.${nanos}`,
    `${at.slice(8, 10)}.${at.slice(5, 7)}.${at.slice(2, 4)} ${at.slice(11, 16)}`,
    at.slice(0, 10),
    at.slice(0, 7),
  ],
  /** The digits that stand beside each other in the spellings. */
  digits: [
    at.slice(0, 7),
    at.slice(0, 10),
    at.slice(0, 13),
    `${at.slice(8, 10)}${at.slice(5, 7)}${at.slice(2, 4)}`,
    nanos,
    nanos.slice(0, 6),
    `${at.slice(17, 19)}${nanos}`,
    at.slice(8, 10),
  ].map((part) => part.replaceAll(/\D/g, '')),
}));
const word = fc.constantFrom(
  'message',
  'attempts',
  'backoff',
  'version',
  'unknown',
  'contact',
  'WHATSAPP',
  'none@',
  'delivered',
);

it('an erasure finds no body with times, ids and common words of other people', async () => {
  const cases = fc.sample(fc.record({ time, word, uuid: fc.uuid(), number: fc.nat() }), 150);
  for (const { time: when, word: common, uuid, number } of cases) {
    const person: Person = {
      ...unknown,
      contacts: [common, when.digits[1] ?? ''],
      identities: [...when.digits, common],
      emails: [common],
      externalIds: [common, ...when.digits, String(number)],
    };
    const body = {
      id: uuid,
      [common]: common,
      email: common,
      times: when.spellings,
      text: `the ${common} of ${when.spellings.join(', ')} is ${number}`,
    };
    const texts = [
      ...when.spellings,
      common,
      JSON.stringify(body),
      JSON.stringify([body], null, 1),
    ];
    const found = await foundIn(person, texts);
    expect(found.filter(({ inText, inBody, inQueue }) => inText || inBody || inQueue)).toEqual([]);
  }
});

it('what may be a word is compared with whole columns, in any case', async () => {
  const person = { ...unknown, externalIds: ['Kettle', '202611'], emails: ['unknown'] };
  const texts = ['kettle', 'KETTLE', '202611', 'Unknown', 'a kettle', 'kettle\nkettle', '2026-11'];
  const found = await foundIn(person, texts);
  expect(found.filter((row) => row.isWord).map(({ text }) => text)).toEqual(texts.slice(0, 4));
  expect(found.filter((row) => row.inText || row.inBody || row.inQueue)).toEqual([]);
});

const wholeNumber = '46701234567';

it.each([
  ['+46 70-123 45 67', ''],
  [`00${wholeNumber}`, ''],
  [`+${wholeNumber}`, ''],
  [wholeNumber, ''],
])('a number that is kept as %s is found in tables and queues in each spelling', async (kept) => {
  const spellings = [wholeNumber, `00${wholeNumber}`, '+46 (0)70-123 45 67', '0046 70 123.45.67'];
  const texts = [...spellings, ...spellings.map((text) => JSON.stringify({ text: `of ${text}!` }))];
  const found = await foundIn({ ...unknown, identities: [kept] }, texts);
  for (const row of found) {
    expect(row).toMatchObject({ inText: true, inBody: true, inQueue: true });
  }
});

it('a short number is found as it is, and not within a longer figure', async () => {
  const person = { ...unknown, identities: ['6834123'] };
  const own = ['6834123', '{"identity":"6834123"}', '+6834123', 'call 6834123.', '\n6834123'];
  const others = [
    '683-4123',
    '12:30:45.6834123',
    '1.6834123',
    '6834123.50',
    '68341234',
    '6834123-4',
  ];
  const found = await foundIn(person, [...own, ...others]);
  for (const { text, inText, inBody, inQueue } of found) {
    const isOwn = own.includes(text);
    expect({ text, inText, inBody, inQueue }).toEqual({
      text,
      inText: isOwn,
      inBody: isOwn,
      inQueue: isOwn,
    });
  }
});

const escapedJson = (text: string) =>
  JSON.stringify({ text }).replaceAll(/[^\0-\x7F]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
const wraps = [
  (text: string) => text,
  (text: string) => `of ${text}, today`,
  (text: string) => JSON.stringify({ text }),
  (text: string) => JSON.stringify(JSON.stringify({ text })),
  escapedJson,
  (text: string) => `?id=${encodeURIComponent(text)}&n=1`,
];

it('an id or an address of any signs is found in tables and queues, also where it is encoded', async () => {
  const sign = fc.constantFrom(
    ...Array.from('aZ9@+-_."\'\\/ éÅßя漢😀🫖'),
    ...separatorSigns.slice(5, 9),
  );
  const externalId = fc
    .tuple(fc.array(sign, { minLength: 6, maxLength: 12 }), fc.nat(9))
    .map(([signs, digit]) => `${digit}${signs.join('')}x`);
  for (const id of fc.sample(externalId, 150)) {
    const texts = wraps.map((wrap) => wrap(id));
    const found = await foundIn({ ...unknown, externalIds: [id] }, texts);
    expect(found.filter((row) => !(row.inText && row.inBody && row.inQueue))).toEqual([]);
  }
});

it('an id of a contact is found in bodies and queues alone', async () => {
  const id = '01JDCONTACT00000000000000Q';
  const texts = [`{"contact_id":"${id}"}`, `\\n${id}`, `x=%22${id}%22`];
  for (const found of await foundIn({ ...unknown, contacts: [id] }, texts)) {
    expect(found).toMatchObject({ inText: false, inBody: true, inQueue: true });
  }
});

it('a person with hundreds of numbers and ids is searched for before a statement ends', async () => {
  const person: Person = {
    ...unknown,
    identities: Array.from({ length: 500 }, (_, n) => `46${700_000_000 + n * 7_919}`),
    contacts: Array.from({ length: 2_000 }, (_, n) => `01JDCONTACT0000000000000${1_000 + n}`),
  };
  const filler = 'Lorem ipsum 12:30 on 2026-01-02.\n '.repeat(40);
  const others = Array.from({ length: 198 }, (_, n) => JSON.stringify({ n, filler }));
  const own = [`+${person.identities.at(-1)}`, `${person.contacts.at(-1)}`].map((text) =>
    JSON.stringify({ text, filler }),
  );
  const found = await foundIn(person, [...own, ...others]);
  expect(found.filter(({ inBody }) => inBody).map(({ text }) => text)).toEqual(own);
}, 60_000);
