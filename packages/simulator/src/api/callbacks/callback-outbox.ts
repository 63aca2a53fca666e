import { isLoopback, signatureHeaders } from '@sinch-callbacks/core';
import { createSender } from '../../create-sender.ts';
import { openDelivery } from '../../delivery/deliver.ts';
import { createSigning } from '../../delivery/delivery-rules.ts';
import { createTransport } from '../../delivery/http-transport.ts';
import { createRealTimeline } from '../../delivery/real-timeline.ts';
import { keyBody } from '../../keyed-body.ts';
import { type Random, secureRandom, ulid } from '../../random.ts';
import type { CallbackBody } from '../../samples/sample-context.ts';
import type { PlannedEvent } from '../../traffic/plan-traffic.ts';
import type { SimulatedApp } from '../account/open-account.ts';
import type { ApiDelivery } from '../sinch-api-options.ts';
import type { TruthRecorder } from '../truth.ts';

/** A callback's address, and the secret that signs it; `''` sends it unsigned. */
interface Destination {
  readonly url: string;
  readonly secret: string;
}

/** One callback of an app, for each webhook that has its trigger. */
export interface PostedCallback {
  readonly body: CallbackBody;
  readonly messageId?: string;
  /** The send's `callback_url`, which takes the place of all webhooks. */
  readonly callbackUrl?: string;
}

/** The delivery of one app's callbacks, to the webhooks that it has when a callback is made. */
export interface CallbackOutbox {
  /** Runs a task after `delayMs` by Sinch's clock and `realMs` by the machine's. */
  after(delayMs: number, realMs: number, task: () => void): void;
  /** Resolves when each of its webhooks has answered once. */
  post(callback: PostedCallback): Promise<void>;
  /** Counts the tasks and callbacks that are left. */
  pending(): number;
  /** Resolves when none is left. */
  whenSettled(): Promise<void>;
  stop(): void;
}

export interface OutboxOptions {
  readonly delivery: ApiDelivery;
  readonly truth: TruthRecorder;
  /** Draws what is dropped, and the order across lanes. */
  readonly random: Random;
  readonly droppedShare: number;
  readonly allowRemote: boolean;
}

export function openCallbackOutbox(app: SimulatedApp, options: OutboxOptions): CallbackOutbox {
  const { delivery, truth, random } = options;
  const { compress, rate } = delivery;
  const timeline = createRealTimeline({ compress });
  const stopping = new AbortController();
  const destinations = new WeakMap<PlannedEvent, () => Destination>();
  const onAnswered = new WeakMap<PlannedEvent, () => void>();
  const waiters: (() => void)[] = [];
  let open = 0;

  function close(): void {
    open -= 1;
    if (open === 0) for (const resolve of waiters.splice(0)) resolve();
  }

  const engine = openDelivery({
    timeline,
    transport: createTransport(({ event, signature }) => {
      const destination = destinations.get(event);
      if (destination === undefined) throw new RangeError('The callback has no destination.');
      const { url, secret } = destination();
      const sender = createSender({ url, secret, timeoutMs: delivery.timeoutMs });
      const unsigned = secret === '' ? { headers: withoutSignature } : {};
      return sender.send(event.body, { ...signature, ...unsigned, signal: stopping.signal });
    }, stopping.signal),
    signing: createSigning({
      retrySignature: delivery.retrySignature,
      newNonce: () => ulid(Date.now(), secureRandom),
      wallClock: () => new Date(),
    }),
    random,
    rate: { ...rate, perSecond: rate.perSecond / compress },
    retries: delivery.retries,
    concurrency: delivery.concurrency,
    onSettled({ event }, _, verdict) {
      truth.callback('requests');
      onAnswered.get(event)?.();
      if (verdict.kind === 'retry') return;
      truth.callback(verdict.kind === 'given-up' ? 'givenUp' : verdict.kind);
      close();
    },
    onFinished: () => undefined,
  });

  function destinationsOf(trigger: string, callbackUrl: string): (() => Destination)[] {
    if (callbackUrl !== '') {
      const secret = app.settings.secretForOverriddenUrls;
      return [() => ({ url: callbackUrl, secret })];
    }
    return [...app.webhooks.values()]
      .filter(({ targetType, triggers }) => targetType === 'HTTP' && triggers.includes(trigger))
      .map((webhook) => () => {
        // A change counts for retries too; after a deletion they go where they would have gone.
        const { target: url, secret } = app.webhooks.get(webhook.id) ?? webhook;
        return { url, secret };
      });
  }

  function isWithheld(url: string): boolean {
    return !options.allowRemote && !isLoopback(new URL(url).hostname);
  }

  return {
    after(delayMs, realMs, task) {
      open += 1;
      timeline.at(timeline.nowMs() + delayMs + realMs * compress, () => {
        task();
        close();
      });
    },
    async post({ body, messageId = '', callbackUrl = '' }) {
      const keyed = keyBody(JSON.stringify(body));
      const answers = destinationsOf(keyed.trigger, callbackUrl).map(async (destination) => {
        const { url } = destination();
        if (random() < options.droppedShare) {
          truth.callbackDropped({ ...keyed, messageId, url });
        } else if (isWithheld(url)) {
          truth.callback('withheld');
        } else {
          const event: PlannedEvent = { ...keyed, webhook: 0, heldMs: 0 };
          destinations.set(event, destination);
          truth.callback('offered');
          open += 1;
          const answered = Promise.withResolvers<void>();
          onAnswered.set(event, answered.resolve);
          engine.offer({ event, atMs: timeline.nowMs() });
          await answered.promise;
        }
      });
      await Promise.all(answers);
    },
    pending: () => open,
    async whenSettled() {
      if (open === 0) return;
      const settled = Promise.withResolvers<void>();
      waiters.push(settled.resolve);
      await settled.promise;
    },
    stop() {
      timeline.stop();
      stopping.abort();
      for (const resolve of waiters.splice(0)) resolve();
    },
  };
}

/** A webhook without a secret sends no signature header at all. */
const withoutSignature = Object.fromEntries(
  Object.values(signatureHeaders).map((name) => [name, undefined]),
);
