import * as fc from 'fast-check';

/** Makes one of few ids, so that events are about the same things. */
export const id = (kind: string) => fc.nat(2).map((n) => `01${kind}${n}`);

/** One more of these, so that merges make chains, circles and contradictions. */
export const contactId = fc.nat(3).map((n) => `01CONTACT${n}`);

export const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: '' });

/** Forms of an absent value: `''`, other members of a oneof and missing fields. */
export const absent = fc.constantFrom(undefined, null, '');

export const words = fc.constantFrom('', 'a', 'B', 'ä', '\u{10000}', '\uffff');

export const channel = fc.constantFrom('SMS', 'WHATSAPP', 'RCS', 'TELEGRAM');

/** Spellings of two numbers, and of something that is no number. */
export const identity = fc.constantFrom(
  '15550100',
  '+15550100',
  '+1 (555) 0100',
  '15550101',
  '+1-555-0101',
  'ACME',
);

const pad = (second: number) => String(second).padStart(2, '0');

/** The same few seconds in the shapes that Sinch and its sister products write. */
const readableTime = fc
  .nat(3)
  .chain((second) =>
    fc.constantFrom(
      `2026-01-02T03:04:${pad(second)}.5Z`,
      `2026-01-02T03:04:${pad(second)}Z`,
      `2026-01-02T03:04:${pad(second)}.500000001Z`,
      `2026-01-02 03:04:${pad(second)},5`,
      `2026-01-02T05:04:${pad(second)}.5+02`,
      `2026-01-02T03:04:${pad(second)}+0000`,
      1_767_323_040 + second,
      String(1_767_323_040_500 + second * 1_000),
    ),
  );

/** Times: also none, unreadable ones, and one of a clock that is years ahead. */
export const time = fc.oneof(
  { arbitrary: readableTime, weight: 6 },
  { arbitrary: absent, weight: 3 },
  fc.constantFrom('yesterday', '2062-01-01T00:00:00Z', '2026-01-02T03:04'),
);

/** Metadata of a sender, with and without the members that a batch adds, and of a channel. */
export const metadata = fc.constantFrom(
  '',
  'order-7',
  'order-8',
  '{"order":9007199254740993}',
  '{"_batch_id":"01BATCH0","message_index":1}',
  '{"order":7,"_batch_id":"01BATCH1","message_index":2}',
  '{"operator":"Example"}',
);

export const channelIdentity = fc.record({
  channel,
  identity,
  app_id: maybe(id('APP')),
});

export const reason = fc.oneof(
  fc.constantFrom('', null),
  fc.record({ code: words, description: words, sub_code: words, channel_code: words }),
);
