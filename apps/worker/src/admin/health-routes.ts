import { type Database, inspectDatabase } from '@sinch-callbacks/db';
import type { Consumer } from '@sinch-callbacks/queue';
import { Hono } from 'hono';
import type { ProgressMonitor } from '../progress-monitor.ts';

export interface HealthSources {
  readonly monitor: ProgressMonitor;
  readonly consumers: readonly Pick<Consumer, 'countWaiting'>[];
  readonly database: Database;
}

const checkTimeoutMs = 3_000;

/**
 * `/healthz`: 503 when only a restart can help. `/readyz`: 503 while the queue or the database
 * cannot be used, which the worker sits out by itself.
 */
export function healthRoutes({ monitor, consumers, database }: HealthSources): Hono {
  const app = new Hono();
  app.get('/healthz', (context) => {
    const progress = monitor.progress();
    switch (progress.kind) {
      case 'progressing':
        return context.json({ status: 'ok' });
      case 'stalled':
        return context.json(
          { status: 'stalled', forSeconds: Math.round(progress.forMs / 1000) },
          503,
        );
    }
  });
  app.get('/readyz', async (context) => {
    const [queue, db] = await Promise.all([
      answers(Promise.all(consumers.map((consumer) => consumer.countWaiting()))),
      answers(requireMigrated(database)),
    ]);
    if (queue && db) return context.json({ status: 'ready' });
    const waitingFor = [...(queue ? [] : ['queue']), ...(db ? [] : ['database'])];
    return context.json({ status: 'unavailable', waitingFor }, 503);
  });
  return app;
}

async function requireMigrated(database: Database): Promise<void> {
  const { pendingMigrations } = await inspectDatabase(database);
  if (pendingMigrations.length > 0) throw new Error('migrations are pending');
}

async function answers(check: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), checkTimeoutMs);
  });
  const settled = check.then(
    () => true,
    () => false,
  );
  const result = await Promise.race([settled, deadline]);
  clearTimeout(timer);
  return result;
}
