/**
 * A process that claims and settles tasks until it is killed. Its code fails now and then, and
 * records when it runs: two runs of one key at the same time show in the table `run_log`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@sinch-callbacks/db';
import type { HandlerDeclaration } from '../../src/index.ts';
import { commitTask, type RunResult, startEngine } from '../../src/index.ts';

const database = openDatabase({ url: process.env['DATABASE_URL'] ?? '', poolSize: 8 });
const failureShare = Number(process.env['FAILURE_SHARE'] ?? 0);
const handlers = JSON.parse(process.env['HANDLERS'] ?? '[]') as HandlerDeclaration[];

const engine = startEngine({
  database,
  redactText: (text) => text,
  timings: { pollMs: 20, holdMs: 2_000, renewMs: 300, stopWithinMs: 5_000, abortWithinMs: 1_000 },
  events: {
    taskRun: () => undefined,
    handlerPaused: () => undefined,
    databaseFailed: () => undefined,
    failed: () => undefined,
    databaseAnswered: () => undefined,
  },
  executor: {
    async run(task): Promise<RunResult> {
      const { handler, occurrence, key, token } = task;
      await database.pool.query(
        `INSERT INTO run_log (handler, key, token, occurrence) VALUES ($1, $2, $3, $4)`,
        [handler, key, token, occurrence],
      );
      await sleep(Math.random() * 20);
      const fails = Math.random() < failureShare;
      if (fails) {
        // A process that was starved may have lost its hold: it is no longer the key's.
        await database.pool.query(
          `UPDATE run_log SET ended_at = clock_timestamp() WHERE token = $1
             AND EXISTS (SELECT FROM handler_hold WHERE token::text = $1)`,
          [token],
        );
        return {
          kind: 'retry-at',
          at: new Date(Date.now() + 50),
          message: 'planted',
          stack: undefined,
        };
      }
      try {
        await commitTask(
          database,
          task,
          async (tx) => {
            await tx.$executeRaw`INSERT INTO effect (handler, occurrence, key) VALUES (${handler}, ${occurrence}, ${key})`;
            await tx.$executeRaw`UPDATE run_log SET ended_at = clock_timestamp() WHERE token = ${token}`;
          },
          10_000,
        );
        return { kind: 'committed' };
      } catch (error) {
        return { kind: 'failed', message: String(error), stack: undefined };
      }
    },
    abort: () => undefined,
  },
});
engine.serve(handlers);
process.stdout.write('ready\n');
