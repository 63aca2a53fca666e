import { createRandom, drawInteger, pick, type Random, ulid, uuid } from '../random.ts';

/** A callback's body before it is written as JSON. */
export type CallbackBody = Readonly<Record<string, unknown>>;

/** A person who writes to the app and is written to. All of it is invented. */
export interface Person {
  readonly contactId: string;
  readonly conversationId: string;
  readonly channel: string;
  /** A number from +1 555 555 0100 to +1 555 555 0199, which are kept for fiction. */
  readonly phone: string;
  readonly name: string;
  /** With `DISPATCH` there is neither a conversation nor a contact: both ids are "". */
  readonly mode: ProcessingMode;
}

/** How the app that Sinch plays for handles messages. */
export type ProcessingMode = 'CONVERSATION' | 'DISPATCH';

/** Where sample callbacks take their ids, times and people from. */
export interface SampleContext {
  readonly random: Random;
  readonly projectId: string;
  readonly appId: string;
  /** A new id. */
  id(): string;
  /** Moves the context's clock on a little and reads it. */
  now(): string;
  /** What a callback says that it was accepted at, and that it happened at. */
  acceptedTime(): string;
  eventTime(): string;
  /** A new person; no two of them share an id. */
  person(): Person;
}

const defaultStartAt = new Date('2026-01-15T09:00:00Z');

/** The same seed and start give the same context. */
export function createSampleContext(seed: string, startAt: Date = defaultStartAt): SampleContext {
  const random = createRandom(seed);
  let nowMs = startAt.getTime();
  const id = () => ulid(nowMs, random);
  const now = () => {
    nowMs += drawInteger(random, 1, 2_000);
    return writeInstant(nowMs, random);
  };
  return {
    random,
    projectId: uuid(random),
    appId: id(),
    id,
    now,
    acceptedTime: now,
    eventTime: now,
    person: () => ({
      contactId: id(),
      conversationId: id(),
      channel: pick(random, channels),
      phone: `15555550${drawInteger(random, 100, 199)}`,
      name: `${pick(random, firstNames)} ${pick(random, lastNames)}`,
      mode: 'CONVERSATION',
    }),
  };
}

const channels = ['WHATSAPP', 'RCS', 'SMS', 'MESSENGER', 'VIBERBM'];
const firstNames = ['Ada', 'Björn', 'Chidi', 'Dolores', 'Emiko', 'Farid', 'Zoë'];
const lastNames = ['Example', 'Muster', 'Sample', 'Testsson', 'Örnek', '試験'];

/** Sinch writes 0, 3, 6, 7 or 9 fractional digits. */
function writeInstant(atMs: number, random: Random): string {
  const [wholeSeconds = '', fraction = ''] = new Date(atMs).toISOString().slice(0, -1).split('.');
  const digits = pick(random, [0, 3, 6, 7, 9]);
  if (digits === 0) return `${wholeSeconds}Z`;
  const finer = String(drawInteger(random, 0, 999_999)).padStart(6, '0');
  return `${wholeSeconds}.${(fraction + finer).slice(0, digits)}Z`;
}

/** What surrounds every callback: project, app and times, then the trigger's own key. */
export function envelope(context: SampleContext, content: CallbackBody): CallbackBody {
  return {
    app_id: context.appId,
    accepted_time: context.acceptedTime(),
    event_time: context.eventTime(),
    project_id: context.projectId,
    ...content,
  };
}

export function channelIdentity(context: SampleContext, person: Person): CallbackBody {
  const isAppScoped = person.channel === 'MESSENGER';
  return {
    channel: person.channel,
    identity: person.phone,
    app_id: isAppScoped ? context.appId : '',
  };
}
