import { Gauge, type Registry } from 'prom-client';
import { createAnswerCounter } from './answer-counter.ts';
import type { StockMetrics } from './metrics.ts';

/** Creates gauges that are shown only while their value is known. */
export function createStockMetrics(registry: Registry): StockMetrics {
  const registers = [registry];
  /** Creates a gauge without labels; a registered one would show 0 before its value is known. */
  function single(name: string, help: string): (value: number | undefined) => void {
    const gauge = new Gauge({ name, help, registers: [] });
    return (value) => {
      registry.removeSingleMetric(name);
      if (value === undefined) return;
      registry.registerMetric(gauge);
      gauge.set(value);
    };
  }
  const usedMemory = single(
    'sinch_redis_used_memory_bytes',
    'Memory that Redis uses, as far as it counts against its limit.',
  );
  const maxMemory = single(
    'sinch_redis_max_memory_bytes',
    "Redis' maxmemory, or the memory of its machine where none is set.",
  );
  const noeviction = single(
    'sinch_redis_noeviction',
    '1 where Redis refuses writes when it is full; 0 where it drops queued events instead.',
  );
  const appendOnly = single(
    'sinch_redis_appendonly',
    '1 where Redis keeps an append-only file; 0 where a crash of it loses what is queued.',
  );
  const partitions = single(
    'sinch_partitions_ahead',
    'Coming weeks that have their partition of events.',
  );
  const openLetters = single('sinch_dead_letters_open', 'Dead letters that are not settled yet.');
  const oldestOpen = single(
    'sinch_dead_letter_oldest_open_timestamp_seconds',
    'When the oldest open dead letter died, as Unix time; absent where none is open.',
  );
  const migrations = single(
    'sinch_pending_migrations',
    'Migrations of this release that the database does not have.',
  );
  const jobs = new Gauge({
    name: 'sinch_queue_jobs',
    help: 'Jobs on the queue, by lane and state.',
    labelNames: ['lane', 'state'],
    registers,
  });
  const oldestAge = new Gauge({
    name: 'sinch_queue_oldest_age_seconds',
    help: 'How long the oldest job has been on the queue; 0 where there is none.',
    labelNames: ['lane', 'state'],
    registers,
  });
  const lastCallback = new Gauge({
    name: 'sinch_last_callback_timestamp_seconds',
    help: 'When the last callback came, by app, as Unix time. At most 50 apps, then `other`.',
    labelNames: ['app_id'],
    registers,
  });
  const states = new Map<string, readonly string[]>();

  return {
    queueMemory({ usedBytes, limitBytes }) {
      usedMemory(usedBytes);
      maxMemory(limitBytes);
    },
    redisDurability({ isNoeviction, isAppendOnly }) {
      noeviction(isNoeviction === undefined ? undefined : Number(isNoeviction));
      appendOnly(isAppendOnly === undefined ? undefined : Number(isAppendOnly));
    },
    partitionsAhead: partitions,
    laneStock(lane, stock) {
      if (stock === undefined) {
        for (const state of states.get(lane) ?? []) {
          jobs.remove({ lane, state });
          oldestAge.remove({ lane, state });
        }
        return;
      }
      states.set(lane, Object.keys(stock.jobs));
      for (const [state, count] of Object.entries(stock.jobs)) jobs.set({ lane, state }, count);
      for (const [state, ms] of Object.entries(stock.oldestAgeMs)) {
        oldestAge.set({ lane, state }, ms / 1000);
      }
    },
    deadLettersOpen(letters) {
      openLetters(letters?.count);
      const at = letters?.oldestDeadAt;
      oldestOpen(at && at.getTime() / 1000);
    },
    pendingMigrations: migrations,
    ingestAnswered: createAnswerCounter(registry),
    lastCallback: (appId, seconds) => lastCallback.set({ app_id: appId }, seconds),
  };
}
