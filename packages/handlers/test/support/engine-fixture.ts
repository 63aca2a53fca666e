import { vi } from 'vitest';
import {
  type Engine,
  type HandlerDeclaration,
  type HandlersByTrigger,
  type RunResult,
  startEngine,
  type TaskExecutor,
  type TaskRun,
} from '../../src/index.ts';
import {
  executorOf,
  type HandlerFixture,
  handlerName,
  openHandlerFixture,
} from './handler-fixture.ts';

/** A database with engines on it, whose times are short. */
export interface EngineFixture extends HandlerFixture {
  /** The runs that ended. */
  readonly runs: readonly TaskRun[];
  start(run: TaskExecutor['run'], handler: HandlerDeclaration): Engine;
  /** The tasks, in the order in which they were made. */
  states(): Promise<readonly TaskState[]>;
  /** Resolves when no task waits. */
  settled(): Promise<void>;
}

interface TaskState {
  readonly id: string;
  readonly state: string;
  readonly cause: string | null;
  readonly attempts: number;
}

export async function openEngineFixture(): Promise<EngineFixture> {
  const fixture = await openHandlerFixture();
  const engines: Engine[] = [];
  const runs: TaskRun[] = [];
  const states = async () =>
    (await fixture.read(
      'SELECT entity_id AS id, state::text, cause, attempts FROM handler_task ORDER BY position',
    )) as unknown as readonly TaskState[];
  return {
    ...fixture,
    runs,
    states,
    start(run, handler) {
      const engine = startEngine({
        database: fixture.database,
        executor: executorOf(run),
        redactText: (text) => text.replaceAll('secret', '(redacted)'),
        timings: { pollMs: 20, holdMs: 1_500, renewMs: 200, stopWithinMs: 500, abortWithinMs: 500 },
        events: {
          taskRun: (one) => void runs.push(one),
          handlerPaused: () => undefined,
          databaseFailed: () => undefined,
          failed: () => undefined,
          databaseAnswered: () => undefined,
        },
      });
      engines.push(engine);
      engine.serve([handler]);
      return engine;
    },
    async settled() {
      await vi.waitUntil(async () => (await states()).every(({ state }) => state !== 'WAITING'), {
        timeout: 30_000,
        interval: 50,
      });
    },
    async close() {
      await Promise.all(engines.map(async (engine) => await engine.stop()));
      await fixture.close();
    },
  };
}

/** Declares {@link handlerName}. */
export const declare = (
  order: 'none' | 'conversation' | 'strict',
  options = {},
): HandlerDeclaration => ({
  name: handlerName,
  triggers: ['MESSAGE_INBOUND'],
  options: {
    order,
    key: 'conversation',
    concurrency: 10,
    timeout: 60_000,
    attempts: 2,
    enabled: true,
    ...options,
  },
});

export const ordered: HandlersByTrigger = new Map([
  ['MESSAGE_INBOUND', [{ name: handlerName, keySource: 'conversation' }]],
]);

/** A failure that is tried again at once. */
export const failed = (message = 'no'): RunResult => ({
  kind: 'retry-at',
  at: new Date(),
  message,
  stack: undefined,
});
