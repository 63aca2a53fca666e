import { messageLifecycle, personLifecycle } from '../burst/lifecycles.ts';
import { type KeyedBody, keyBody } from '../keyed-body.ts';
import { drawInteger } from '../random.ts';
import {
  type CallbackBody,
  createSampleContext,
  type Person,
  type SampleContext,
} from '../samples/sample-context.ts';

export interface CallbackStreamOptions {
  readonly seed: string;
  /** When its first event happened. The later ones follow by a second or so each. */
  readonly startAt: Date;
}

/** How many people have something to tell at once: a message's events lie that far apart. */
const peopleAtOnce = 100;
const messagesPerPerson = 10;

/**
 * Callbacks without end: people appear, write and are written to, and each message's events come
 * in their order, among those of others. Every event is new and can be applied. The same options
 * give the same bytes, however many are taken.
 */
export function* callbackStream(options: CallbackStreamOptions): Generator<KeyedBody, never> {
  const context = createSampleContext(options.seed, options.startAt);
  // It begins in the middle of life: people who were there before, at any point of theirs.
  const lives = Array.from({ length: peopleAtOnce }, () =>
    messagesOf(context, context.person(), drawInteger(context.random, 1, messagesPerPerson)),
  );
  for (;;) {
    const place = drawInteger(context.random, 0, peopleAtOnce - 1);
    const next = lives[place]?.next();
    if (next?.done === false) yield keyBody(JSON.stringify(next.value));
    else lives[place] = newLife(context);
  }
}

/** What a new person brings about, made piece by piece. */
function* newLife(context: SampleContext): Generator<CallbackBody, void> {
  const person = context.person();
  yield* personLifecycle(context, person);
  yield* messagesOf(context, person, messagesPerPerson);
}

function* messagesOf(
  context: SampleContext,
  person: Person,
  count: number,
): Generator<CallbackBody, void> {
  for (let made = 0; made < count; made += 1) yield* messageLifecycle(context, person);
}
