import { createRandom, secureRandom, ulid } from '../random.ts';
import { createSampleContext } from '../samples/sample-context.ts';
import { openAccount, type SimulatedApp } from './account/open-account.ts';
import { createSinchClock } from './account/sinch-clock.ts';
import type { AnsweringOptions } from './answer-request.ts';
import { type CallbackOutbox, openCallbackOutbox } from './callbacks/callback-outbox.ts';
import { createCallbackSource } from './callbacks/callback-source.ts';
import { checkFaults } from './draw-fault.ts';
import { createTokenStore } from './oauth/token-store.ts';
import { noApiFaults, type SinchApiOptions, usualApiDelivery } from './sinch-api-options.ts';
import { createTruthRecorder, type SinchTruth, type TruthRecorder } from './truth.ts';

/** Everything behind the HTTP server of the local API. */
export interface LocalSinch {
  readonly seed: string;
  readonly answering: AnsweringOptions;
  readonly truth: TruthRecorder;
  readonly outboxes: readonly CallbackOutbox[];
  snapshot(): SinchTruth;
}

const defaultTokenSeconds = 3_600;
const defaultRequestsPerSecond = 800;
const defaultOutcomes = { failed: 0, read: 0.3 };

/** Opens the state of a local API. @throws RangeError for impossible faults. */
export function openLocalSinch(options: SinchApiOptions): LocalSinch {
  const clock = options.clock ?? (() => new Date());
  const seed = options.seed ?? ulid(Date.now(), secureRandom);
  const faults = { ...noApiFaults, ...options.faults };
  checkFaults(faults);
  const delivery = { ...usualApiDelivery, ...options.delivery };
  const truth = createTruthRecorder();
  const account = openAccount({
    projects: options.projects ?? [{}],
    requestsPerSecond: options.requestsPerSecond ?? defaultRequestsPerSecond,
    random: createRandom(`${seed} ids`),
    clock,
  });
  const outboxes = new Map(
    account.projects
      .flatMap(({ apps }) => apps)
      .map((app): [SimulatedApp, CallbackOutbox] => {
        const random = createRandom(`${seed} callbacks ${app.settings.appId}`);
        const { droppedCallbacks: droppedShare } = faults;
        const { allowRemote = false } = options;
        const own = { delivery, truth, random, droppedShare, allowRemote };
        return [app, openCallbackOutbox(app, own)];
      }),
  );
  const source = createCallbackSource({
    context: createSampleContext(seed, clock()),
    clock: createSinchClock(clock, createRandom(`${seed} clock`)),
    random: createRandom(`${seed} outcomes`),
    outcomes: { ...defaultOutcomes, ...options.outcomes },
    truth,
    newId: () => account.newId(),
    outboxOf(app) {
      const outbox = outboxes.get(app);
      if (outbox === undefined) throw new RangeError('The app has no outbox.');
      return outbox;
    },
  });
  const answering: AnsweringOptions = {
    account,
    tokens: createTokenStore({
      keys: account.projects.map(({ key }) => key),
      lifetimeSeconds: options.tokenSeconds ?? defaultTokenSeconds,
      clock,
    }),
    source,
    faults,
    faultyOperations: options.faultyOperations,
    random: createRandom(`${seed} faults`),
    retryAfterSeconds: options.retryAfterSeconds,
    webhooksPerSecond: delivery.rate.perSecond,
    clock,
  };
  return {
    seed,
    answering,
    truth,
    outboxes: [...outboxes.values()],
    snapshot() {
      const pending = [...outboxes.values()].reduce((sum, outbox) => sum + outbox.pending(), 0);
      return { ...truth.snapshot(), pending };
    },
  };
}
