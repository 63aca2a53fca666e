import {
  type CallbackBody,
  createSampleContext,
  type Person,
  type SampleContext,
  sampleCallbacks,
} from '@sinch-callbacks/simulator';
import { canariesIn, contents, withContents } from '../leaks/canaries.ts';
import { failing, inbound } from '../leaks/planted-failures.ts';

/** The person's number, as the command is asked to erase it. */
export const typedPhone = '+46701234567';

/** The number as Sinch, people and encoders write it. */
const spellings = [
  '46701234567',
  '+46701234567',
  '0046701234567',
  '+46 70-123 45 67',
  '0046 70 123 45 67',
  '+46 (0)70-123 45 67',
  '+46\u201070\u2011123 45 67',
];
const channels = ['WHATSAPP', 'SMS', 'RCS'] as const;
const canaryPhone = `+${contents.phone}`;
/** Names, texts, metadata and addresses of the person. */
const own = { name: contents.name, text: contents.text, email: contents.email };
const ownMetadata = { metadata: contents.metadata };

/** Callbacks about one person, who has a contact for each channel. */
export interface PersonToErase {
  /** Those that are applied. */
  readonly applied: readonly string[];
  /** Those that the database refuses, and one that is no JSON. */
  readonly dying: readonly string[];
  /** The opt-out, after every other word. */
  readonly optOut: string;
  /** Those of other people, who write the number or are merged with no one. */
  readonly mentions: readonly string[];
  /** Another message of the person. */
  another(text: string): string;
  /** Ids that the person's callbacks have. */
  readonly ids: ReadonlySet<string>;
}

/** Makes the callbacks of a person, of every kind and in every spelling. */
export function createPersonToErase(seed: string, appId: string): PersonToErase {
  const context = { ...createSampleContext(seed), appId };
  const people = channels.map((channel) => ({ ...context.person(), channel }));
  const spoken = spellings.flatMap((spelling) =>
    people.map((person) => ({ person: { ...person, phone: canaryPhone }, spelling })),
  );
  const { CONTACT_DELETE: _, OPT_OUT: optOuts, OPT_IN: __, ...kept } = sampleCallbacks;
  const builders = Object.values(kept).flatMap((variants) => Object.values(variants));
  // A kind for each spelling in turn, so that each has several of both.
  const applied = builders.flatMap((build, index) => {
    const each = [spoken[index % spoken.length], spoken[(index * 5 + 1) % spoken.length]];
    return each.flatMap((one) => (one ? [spelt(build(contextOf(context, one.person)), one)] : []));
  });
  const merge = sampleCallbacks.CONTACT_MERGE['merge'];
  const [first, second] = people;
  if (!merge || !first || !second) throw new Error('a merge needs two people');
  const pair = [first, second].map((person) => ({ ...person, phone: canaryPhone }));
  const plain = { spelling: '46701234567' };
  const both = { ...context, person: () => pair.shift() ?? first };
  applied.push(spelt(merge(both), plain));
  const asEscapes = spelt(sampleCallbacks.MESSAGE_INBOUND['text']?.(context) ?? {}, {
    spelling: '4670123456#',
  }).replaceAll('#', '\\u0037');
  applied.push(asEscapes);

  const dying = failing
    .filter((id) => id !== '01RETRIED')
    .map((id) => JSON.stringify(inbound(id)).replaceAll(contents.phone, '46701234567'));
  dying.push(`{"text":"${contents.text} of +46701234567`);
  const optOut = spelt(
    optOuts['succeeded']?.(contextOf(context, { ...first, channel: 'SMS', phone: canaryPhone })) ??
      {},
    { spelling: '+46701234567' },
  );
  const mentions = spellings.map((spelling) => {
    const message = { text_message: { text: `reach me at ${spelling} tomorrow` } };
    const body = sampleCallbacks.MESSAGE_INBOUND['text']?.(context);
    const inner = { ...Object(body?.['message']), contact_message: message };
    return JSON.stringify({ ...body, message: inner });
  });
  const ids = new Set(
    [...applied, optOut].flatMap((body) => body.match(/(?<=")[0-9A-Z]{26}(?=")/g) ?? []),
  );
  ids.delete(context.appId);
  for (const id of failing) ids.add(id);
  return {
    applied,
    dying,
    optOut,
    mentions,
    ids,
    another: (text) =>
      spelt(
        sampleCallbacks.MESSAGE_INBOUND['text']?.(
          contextOf(context, { ...first, phone: canaryPhone }),
        ) ?? {},
        { spelling: '0046701234567' },
      ).replace(contents.text, text),
  };
}

function contextOf(context: SampleContext, person: Person): SampleContext {
  return { ...context, person: () => person };
}

/** Writes a body with canaries for what the person says, and the number in a spelling. */
function spelt(body: CallbackBody, { spelling }: { readonly spelling: string }): string {
  return JSON.stringify(withContents(body)).replaceAll(canaryPhone, spelling);
}

const between = String.raw`[^0-9A-Za-z]{0,3}(?:\(0\)[^0-9A-Za-z]{0,3})?`;
const number = new RegExp(`(?<!\\d)(?:00)?${'46701234567'.split('').join(between)}(?!\\d)`, 'u');
const escape = /\\+u([\da-f]{4})/gi;

/** Lists what of the person stands in a text: its search is none of those that erase. */
export function tracesIn(text: string): readonly string[] {
  const plain = text.replaceAll(escape, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  const canaries = { ...own, ...ownMetadata, number: '46701234567' };
  const isSpelt = number.test(plain) && !plain.includes('46701234567');
  return [...(isSpelt ? ['spelt number'] : []), ...canariesIn(plain, canaries)];
}
