import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import {
  drawInteger,
  pick,
  pickWeighted,
  type Random,
  sampleCallback,
  sampleCallbacks,
} from '@sinch-callbacks/simulator';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const triggers = Object.keys(sampleCallbacks) as (keyof typeof sampleCallbacks)[];

/** Ten megabytes that compress to a few kilobytes, for receivers that decompress bodies. */
const zeros = Buffer.alloc(10 * 1024 * 1024);
const bombs = [gzipSync(zeros), deflateSync(zeros), brotliCompressSync(zeros)];

const values: readonly Json[] = [
  null,
  true,
  -0,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udfff tail',
  '\u202egnp.exe',
  "'; DROP TABLE message; --",
  '${jndi:ldap://x}',
  '9999-99-99T99:99:99Z',
  '0000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '__proto__',
  'x'.repeat(5_000),
  'é'.repeat(300),
  [],
  {},
  [[[[]]]],
  { toString: 'x', constructor: { prototype: { polluted: true } } },
];

/** Generates a body that no sender should send; sometimes one that Sinch does send. */
export function generateBody(random: Random, n: number): Buffer {
  const kind = pickWeighted(random, {
    sample: 15,
    twisted: 40,
    flipped: 10,
    text: 15,
    deep: 3,
    wide: 3,
    bytes: 8,
    compressed: 4,
    large: 2,
  });
  switch (kind) {
    case 'sample':
      return Buffer.from(sampleText(random, n));
    case 'twisted':
      return Buffer.from(twistText(random, sampleText(random, n)));
    case 'flipped':
      return flip(random, Buffer.from(sampleText(random, n)));
    case 'text':
      return Buffer.from(`${pick(random, texts)}${' '.repeat(n % 7)}`);
    case 'deep':
      return Buffer.from(deepText(random));
    case 'wide':
      return Buffer.from(wideText(random, n));
    case 'bytes':
      return Buffer.from(Array.from({ length: drawInteger(random, 0, 400) }, () => random() * 256));
    case 'compressed':
      return pick(random, bombs);
    case 'large':
      return Buffer.alloc(
        drawInteger(random, 64, 256) * 1024,
        pick(random, [' ', '[', '{"a":', '0']),
      );
  }
}

const texts = [
  '',
  '{}',
  '[]',
  'null',
  '"text"',
  '0',
  '\ufeff{}',
  '{"app_id":"A"',
  '{"message":null}',
  '{"message":[]}',
  '{"message":{"id":"M"},"message_delivery_report":{"message_id":"M"}}',
  '{"__proto__":{"message":{"id":"P"}}}',
  '{"constructor":{"prototype":{"polluted":true}},"message":{"id":"C"}}',
  '{"message":{"id":"D1"},"message":{"id":"D2"}}',
  '{"message":{"id":1e400}}',
  '{"message":{"id":"\\u0000"}}',
  '{"message":{"id":"\\ud800"}}',
  '{"message_delivery_report":{"message_id":"\\u0000","status":"DELIVERED"}}',
  '{"message_delivery_report":{"message_id":{},"status":[]}}',
  '{"brand_new_notification":{}}',
  '{"contact_merge_notification":{"preserved_contact":{"id":"C"},"deleted_contact":{"id":"C"}}}',
  'app_id=A&message=x',
  '<xml/>',
  '{"message":{"id":"NaN","n":NaN}}',
];

function sampleText(random: Random, n: number): string {
  const trigger = pick(random, triggers);
  const variant = pick(random, Object.keys(sampleCallbacks[trigger]));
  const body: unknown = sampleCallback(trigger, { seed: `${n % 5_000}`, variant });
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** Replaces one to four values of a valid body. */
function twistText(random: Random, text: string): string {
  let json = JSON.parse(text) as Json;
  for (let left = drawInteger(random, 1, 4); left > 0; left -= 1) json = twist(random, json);
  return JSON.stringify(json);
}

function twist(random: Random, json: Json): Json {
  if (typeof json !== 'object' || json === null || random() < 0.1) return pick(random, values);
  if (Array.isArray(json)) {
    const at = drawInteger(random, 0, Math.max(0, json.length - 1));
    return (json as readonly Json[]).map((item, n) => (n === at ? twist(random, item) : item));
  }
  const entries = Object.entries(json);
  const at = drawInteger(random, 0, Math.max(0, entries.length - 1));
  const rename = random() < 0.05;
  const twisted = entries.map(([name, value], n): [string, Json] => {
    if (n !== at) return [name, value];
    return rename
      ? [pick(random, ['__proto__', 'toString', '', name.toUpperCase()]), value]
      : [name, twist(random, value)];
  });
  return Object.fromEntries(twisted);
}

function flip(random: Random, body: Buffer): Buffer {
  for (let left = drawInteger(random, 1, 3); left > 0 && body.length > 0; left -= 1) {
    body[drawInteger(random, 0, body.length - 1)] = drawInteger(random, 0, 255);
  }
  return random() < 0.2 ? body.subarray(0, drawInteger(random, 0, body.length)) : body;
}

function deepText(random: Random): string {
  const depth = drawInteger(random, 100, 20_000);
  const [open, close] = pick(random, [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  const nested = `${open.repeat(depth)}1${random() < 0.5 ? close.repeat(depth) : ''}`;
  return random() < 0.5 ? nested : `{"message":{"id":"DEEP","contact_message":${nested}}}`;
}

function wideText(random: Random, n: number): string {
  const names = Array.from({ length: drawInteger(random, 100, 3_000) }, (_, at) => `"k${at}":${n}`);
  return random() < 0.5
    ? `{${names.join(',')}}`
    : `{"message":{"id":"WIDE","metadata":{${names.join(',')}}}}`;
}
