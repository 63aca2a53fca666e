import { setTimeout as sleep } from 'node:timers/promises';
import {
  createSampleContext,
  createSender,
  deliveryReport,
  inboundMessage,
} from '@sinch-callbacks/simulator';

export interface Load {
  readonly webhookUrl: string;
  readonly secret: string;
  readonly ratePerSecond: number;
}

/** One callback and its answer. */
export interface Sent {
  /** The time at which it was due. */
  readonly dueAt: number;
  /** The time from the due time to the answer, so that a late sender counts as well. */
  readonly latencyMs: number;
  /** `none` without an answer in 15 seconds. */
  readonly status: number | 'none';
}

/**
 * Sends callbacks of new events at a constant rate and does not wait for answers: a sender that
 * waits would spare a slow receiver, which Sinch does not.
 */
export function startSending({ webhookUrl, secret, ratePerSecond }: Load) {
  const sender = createSender({ url: webhookUrl, secret });
  const context = createSampleContext(`outage ${Date.now()}`, new Date());
  const stopping = new AbortController();
  const underWay: Promise<Sent>[] = [];

  async function send(dueAt: number, body: object): Promise<Sent> {
    const status = await sender.send(body).then(
      (answer) => answer.status,
      () => 'none' as const,
    );
    return { dueAt, latencyMs: performance.now() - dueAt, status };
  }

  async function run(): Promise<void> {
    const startedAt = performance.now();
    for (let n = 0; !stopping.signal.aborted; n += 1) {
      const dueAt = startedAt + (n * 1_000) / ratePerSecond;
      await sleep(Math.max(0, dueAt - performance.now()));
      const body = n % 2 === 0 ? inboundMessage(context) : deliveryReport(context, 'DELIVERED');
      underWay.push(send(dueAt, body));
    }
  }

  const running = run();
  return {
    /** Stops sending, and waits for the answers in progress. */
    async stop(): Promise<readonly Sent[]> {
      stopping.abort();
      await running;
      return await Promise.all(underWay);
    },
  };
}
