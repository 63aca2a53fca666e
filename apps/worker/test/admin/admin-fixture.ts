import { appRoutes } from '@bull-board/api/dist/routes.js';
import { until } from '@sinch-callbacks/dev-env/processes';
import {
  type BoardQueues,
  openBoardQueues,
  openConsumer,
  queueNames,
} from '@sinch-callbacks/queue';
import { createLogger } from '@sinch-callbacks/telemetry';
import { createMetrics } from '@sinch-callbacks/telemetry/metrics';
import { type AdminServer, startAdminServer } from '../../src/admin/admin-server.ts';
import { openWorkerFixture, reportEvent, type WorkerFixture } from '../support/worker-fixture.ts';

export const password = 'open sesame: ünlock';
export const login = basic('admin', password);
export const fromOurPage = { 'sec-fetch-site': 'same-origin' };

export interface AdminFixture {
  readonly board: BoardQueues;
  /** Log lines of the admin servers. */
  readonly lines: string[];
  /** Starts an admin server on the fixture's queues, and returns where. */
  serve(access: { password: string | undefined; writes?: boolean }): Promise<string>;
  close(): Promise<void>;
}

/** Admin pages on real queues of their own that no worker reads, so that they hold still. */
export async function openAdminFixture(): Promise<AdminFixture> {
  const fixture = await openWorkerFixture();
  const board = openBoardQueues(fixture.location, () => undefined);
  const servers: AdminServer[] = [];
  const lines: string[] = [];
  const logger = createLogger({
    name: 'admin',
    level: 'info',
    destination: { write: (line) => lines.push(line) },
  });
  await fillBoard(fixture, board);
  return {
    board,
    lines,
    async serve(access) {
      const server = await startAdminServer({
        host: '127.0.0.1',
        port: 0,
        user: 'admin',
        writes: false,
        ...access,
        board,
        logger,
        monitor: { progress: () => ({ kind: 'progressing' }), stop: () => undefined },
        consumers: [],
        database: fixture.database,
        databaseWait: { downMs: () => undefined },
        metrics: createMetrics(),
      });
      servers.push(server);
      return server.adminUrl;
    },
    async close() {
      for (const server of servers) await server.close();
      await board.close();
      await fixture.close();
    },
  };
}

/** The jobs of the live queue and of the replays', by their states. */
export const jobs = { waiting: '01WAITING', delayed: '01DELAYED', failed: '01FAILED' } as const;
const deadJob = '01DEAD';

/**
 * Strings in the jobs' bodies, failures and signatures that no page may show without a login; the
 * nonce never.
 */
export const canaries = { text: '01CANARYTEXT', phone: '15550123456', nonce: '01CANARYNONCE' };

async function fillBoard(fixture: WorkerFixture, board: BoardQueues): Promise<void> {
  await fillLane(fixture, board, 'live');
  await fillLane(fixture, board, 'replay');
  const dead = queueOf(board, queueNames.dead);
  await dead.add('MESSAGE_DELIVERY', reportJob(deadJob), { jobId: deadJob });
}

/** A job of each state, none of which a worker will take. */
async function fillLane(
  fixture: WorkerFixture,
  board: BoardQueues,
  lane: 'live' | 'replay',
): Promise<void> {
  const queue = queueOf(board, queueNames[lane]);
  await queue.add('MESSAGE_DELIVERY', reportJob('01FAILED'), { jobId: jobs.failed, attempts: 1 });
  const consumer = openConsumer({
    ...fixture.location,
    lane,
    concurrency: 1,
    handle: async () => ({
      kind: 'failed',
      failureClass: 'permanent',
      message: 'x',
      stack: undefined,
    }),
    recordLetter: async () => {
      throw new Error(`cannot be recorded: "${quoted}"`);
    },
    report: () => undefined,
    now: () => new Date(),
    onConnectionError: () => undefined,
  });
  await consumer.start();
  await until(async () => (await queue.getJobState(jobs.failed)) === 'failed', {
    what: 'a failed job',
    timeoutMs: 30_000,
  });
  await consumer.stopTaking();
  await consumer.close();
  const job = { attempts: 12 };
  await queue.add('MESSAGE_DELIVERY', reportJob('01WAITING'), { ...job, jobId: jobs.waiting });
  await queue.add('MESSAGE_DELIVERY', reportJob('01DELAYED'), {
    ...job,
    jobId: jobs.delayed,
    delay: 3_600_000,
  });
}

const quoted = `${canaries.text} to +${canaries.phone}`;

/** The data of a job whose attempt failed with a message that quotes its body. */
function reportJob(id: string) {
  const { rawBody, ...event } = reportEvent(id);
  const message = `invalid input syntax for type json: "${quoted}"`;
  return {
    ...event,
    version: 1 as const,
    rawBody: { ...rawBody, text: rawBody.text.replace('}', `,"text":"${quoted}"}`) },
    signature: { timestampSeconds: 1, nonce: canaries.nonce, secretPosition: 0, isStale: false },
    replay: 0,
    attempts: [
      { replay: 0, attempt: 1, at: new Date(0).toISOString(), errorClass: 'transient', message },
    ],
    message,
  };
}

export function queueOf(board: BoardQueues, name: string) {
  const queue = board.queues.find((one) => one.name === name);
  if (queue === undefined) throw new Error(`no queue ${name}`);
  return queue;
}

/** Reads everything in the three queues. */
export async function snapshot(board: BoardQueues): Promise<unknown> {
  return await Promise.all(
    board.queues.map(async (queue) => {
      const found = await queue.getJobs(undefined, 0, 100);
      const states = await Promise.all(
        found.map(async (job) => [job.asJSON(), await job.getState()] as const),
      );
      const sorted = states.toSorted(([one], [other]) => (one.id < other.id ? -1 : 1));
      const limits = [await queue.isPaused(), await queue.getGlobalConcurrency()];
      return [queue.name, await queue.getJobCounts(), limits, sorted];
    }),
  );
}

export interface BoardRequest {
  readonly method: string;
  readonly path: string;
  readonly route: string;
  readonly queue: string;
}

/** Returns every request that this release of Bull Board has, for every queue and every job. */
export function requestsOf(...methods: readonly string[]): BoardRequest[] {
  const routes = appRoutes.api.flatMap(({ method, route }) =>
    [method].flat().flatMap((one) => [route].flat().map((path) => ({ method: one, route: path }))),
  );
  return routes
    .filter(({ method }) => methods.includes(method))
    .flatMap(({ method, route }) =>
      Object.values(queueNames).flatMap((queue) =>
        idsOf(queue).map((id) => ({
          method: method.toUpperCase(),
          route,
          queue,
          path: route
            .replace(':queueName', queue)
            .replace(':jobId', id)
            .replace(':queueStatus', 'wait')
            .replace(':schedulerId', 'x')
            .concat(route === '/api/queues' ? `?activeQueue=${queue}&page=1&jobsPerPage=20` : ''),
        })),
      ),
    );
}

function idsOf(queue: string): readonly string[] {
  return queue === queueNames.dead ? [deadJob] : Object.values(jobs);
}

export function basic(user: string, given: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${given}`).toString('base64')}` };
}
