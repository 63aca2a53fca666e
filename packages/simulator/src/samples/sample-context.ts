import { createRandom, drawInteger, pick, type Random, ulid, uuid } from '../random.ts';

/** A callback's body before it is written as JSON. */
export type CallbackBody = Readonly<Record<string, unknown>>;

/** An invented person who exchanges messages with the app. */
export interface Person {
  readonly contactId: string;
  readonly conversationId: string;
  readonly channel: string;
  /** A number from +1 555 555 0100 to +1 555 555 0199, which are reserved for fiction. */
  readonly phone: string;
  readonly name: string;
  /** With `DISPATCH` there is neither a conversation nor a contact: both ids are "". */
  readonly mode: ProcessingMode;
}

/** The processing mode of the Sinch app. */
export type ProcessingMode = 'CONVERSATION' | 'DISPATCH';

/** The source of ids, times and people for sample callbacks. */
export interface SampleContext {
  readonly random: Random;
  readonly projectId: string;
  readonly appId: string;
  /** Returns a new id. */
  id(): string;
  /** Advances the clock of the context a little and returns its time. */
  now(): string;
  /** Returns the `accepted_time` of a callback. */
  acceptedTime(): string;
  /** Returns the `event_time` of a callback. */
  eventTime(): string;
  /** Returns a new person; no two share an id. */
  person(): Person;
}

const defaultStartAt = new Date('2026-01-15T09:00:00Z');

/** Creates a context. The same seed and start give the same values. */
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

/** Adds the fields of every callback: project, app and times, before the trigger's own key. */
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
