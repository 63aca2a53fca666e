import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import { type BoardQueues, openBoardQueues, queueNames } from '@sinch-callbacks/queue';
import { createSender } from '@sinch-callbacks/simulator';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { linesIn, type StartedIngest, type StartIngest } from '../servers/start-ingest.ts';
import { describeBodies } from './bodies.ts';
import { type ContractContext, secrets } from './contract-context.ts';
import { describeFloods } from './floods.ts';
import { describeFreshness } from './freshness.ts';
import { describeLifetime } from './lifetime.ts';
import { describeLogLine } from './log-line.ts';
import { describeMethods } from './methods.ts';
import { describeOutages } from './outages.ts';
import { describeRejected } from './rejected.ts';
import { describeUnusualRequests } from './unusual-requests.ts';
import { describeVerdicts } from './verdicts.ts';

/** The parts of the contract about one request, for any number of processes. */
export const partsForEveryProcess = [describeVerdicts, describeMethods] as const;

/** The parts that count what one process holds or stores, or that read its log in order. */
const partsForOneProcess = [
  describeFreshness,
  describeBodies,
  describeRejected,
  describeUnusualRequests,
  describeOutages,
  describeFloods,
  describeLogLine,
  describeLifetime,
] as const;

const everyPart = [...partsForEveryProcess, ...partsForOneProcess];

/** Checks the HTTP contract against a running server, on a real Redis. */
export function describeHttpContract(
  name: string,
  startIngest: StartIngest,
  parts: readonly ((context: () => ContractContext) => void)[] = everyPart,
): void {
  describe(`${name} keeps the HTTP contract`, () => {
    const started: StartedIngest[] = [];
    const redisUrl = inject('redisUrl');
    let board: BoardQueues;
    let ingest: StartedIngest;

    const start: StartIngest = async (environment) => {
      const one = await startIngest(environment);
      started.push(one);
      return one;
    };
    const liveQueue = () => {
      const queue = board.queues.find((candidate) => candidate.name === queueNames.live);
      if (queue === undefined) throw new Error('There is no live queue.');
      return queue;
    };
    /** Output arrives here a little later, so the mark is a log line of its own. */
    const indexBehindMark = async (read: () => readonly Readonly<Record<string, unknown>>[]) => {
      const mark = randomUUID();
      await context().sender().send(`{"message":{"id":"${mark}"}}`);
      const isMark = (line: Readonly<Record<string, unknown>>) =>
        String(line['eventKey']).includes(mark);
      return await until(() => read().findIndex(isMark) + 1 || undefined, {
        what: 'the mark in the log',
      });
    };
    const context = (): ContractContext => ({
      ingest,
      redisUrl,
      start,
      sender: (url = ingest.webhookUrl) => createSender({ url, secret: secrets.current }),
      async queuedBody(eventKey) {
        const rawBody = (await liveQueue().getJob(eventKey))?.data.rawBody;
        return rawBody && Buffer.from(rawBody.text, rawBody.encoding);
      },
      countQueued: async () => await liveQueue().getWaitingCount(),
      async markLog() {
        const index = await indexBehindMark(() => ingest.requestLines());
        return () => ingest.requestLines().slice(index);
      },
      async markOutput() {
        const lines = () => linesIn(ingest.output());
        const index = await indexBehindMark(lines);
        return async () => {
          const end = await indexBehindMark(lines);
          return lines().slice(index, end - 1);
        };
      },
    });

    beforeAll(async () => {
      const prefix = `ingest-${randomUUID().slice(0, 8)}`;
      board = openBoardQueues({ backend: { kind: 'redis', url: redisUrl }, prefix }, () => {});
      ingest = await start({
        SINCH_WEBHOOK_SECRET: `${secrets.current},${secrets.previous}`,
        REDIS_URL: redisUrl,
        QUEUE_PREFIX: prefix,
      });
    });

    afterAll(async () => {
      await Promise.all(started.map((one) => one.stop()));
      await board.close();
    });

    for (const describePart of parts) describePart(context);
  });
}
