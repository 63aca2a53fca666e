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
  /** The time of its first event. Later ones follow about a second apart. */
  readonly startAt: Date;
}

/** The number of active people: the events of a message are about this far apart. */
const peopleAtOnce = 100;
const messagesPerPerson = 10;

/**
 * Generates callbacks without end: people appear and exchange messages with the app. The events of
 * each message keep their order, between those of others. Every event is new and can be applied.
 * The same options give the same bytes.
 */
export function* callbackStream(options: CallbackStreamOptions): Generator<KeyedBody, never> {
  const context = createSampleContext(options.seed, options.startAt);
  // The first people have appeared before the stream begins.
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

/** Generates the callbacks of a new person one by one. */
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
