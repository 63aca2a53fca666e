import { type Database, inspectDatabase } from '@sinch-callbacks/db';
import type { Consumer } from '@sinch-callbacks/queue';
import type { PrometheusMetrics } from '@sinch-callbacks/telemetry/metrics';
import { Hono } from 'hono';
import type { DatabaseWait } from '../apply/wait-for-database.ts';
import type { ProgressMonitor } from '../health/progress-monitor.ts';

export interface HealthSources {
  readonly monitor: ProgressMonitor;
  readonly consumers: readonly Pick<Consumer, 'countWaiting'>[];
  readonly database: Database;
  readonly databaseWait: Pick<DatabaseWait, 'downMs'>;
}

const checkTimeoutMs = 3_000;

/**
 * Serves `/healthz` and `/readyz`. `/healthz` is 503 when only a restart can help, so not while the
 * worker waits for its database. `/readyz` is 503 while the queue or the database cannot be used;
 * the worker waits for them.
 */
export function healthRoutes(sources: HealthSources): Hono {
  const { monitor, consumers, database, databaseWait } = sources;
  const app = new Hono();
  const queueAnswers = shared(() => Promise.all(consumers.map((lane) => lane.countWaiting())));
  const databaseAnswers = shared(() => requireMigrated(database));
  app.get('/healthz', (context) => {
    const progress = monitor.progress();
    switch (progress.kind) {
      case 'progressing':
        return context.json(progressingBody(databaseWait.downMs()));
      case 'stalled': {
        const { lane, forMs } = progress;
        const forSeconds = Math.round(forMs / 1000);
        return context.json({ status: 'stalled', lane, forSeconds }, 503);
      }
    }
  });
  app.get('/readyz', async (context) => {
    const [queue, db] = await Promise.all([queueAnswers(), databaseAnswers()]);
    if (queue && db) return context.json({ status: 'ready' });
    const waitingFor = [...(queue ? [] : ['queue']), ...(db ? [] : ['database'])];
    return context.json({ status: 'unavailable', waitingFor }, 503);
  });
  return app;
}

function progressingBody(downMs: number | undefined) {
  if (downMs === undefined) return { status: 'ok' };
  const since = new Date(Date.now() - downMs).toISOString();
  return { status: 'waiting', waitingFor: 'database', since };
}

async function requireMigrated(database: Database): Promise<void> {
  const { pendingMigrations } = await inspectDatabase(database);
  if (pendingMigrations.length > 0) throw new Error('migrations are pending');
}

/**
 * Shares one check between all requests that arrive while it runs, so that they pile up no work.
 * A check that misses its deadline is given up, and the next request starts another.
 */
function shared(check: () => Promise<unknown>): () => Promise<boolean> {
  let underWay: Promise<boolean> | undefined;
  const succeeds = async () => {
    try {
      await check();
      return true;
    } catch {
      return false;
    }
  };
  const begin = async () => {
    try {
      return await withinTimeout(succeeds());
    } finally {
      underWay = undefined;
    }
  };
  return async () => await (underWay ??= begin());
}

async function withinTimeout(check: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), checkTimeoutMs);
  });
  const result = await Promise.race([check, deadline]);
  clearTimeout(timer);
  return result;
}

export interface MetricsSource {
  readonly metrics: Pick<PrometheusMetrics, 'read'>;
}

/** Serves `/metrics` for Prometheus. It holds only counts, so it needs no login. */
export function metricsRoute({ metrics }: MetricsSource): Hono {
  return new Hono().get('/metrics', async (context) => {
    const { text, contentType } = await metrics.read();
    return context.body(text, 200, { 'content-type': contentType });
  });
}
