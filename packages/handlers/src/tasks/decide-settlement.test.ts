import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { on } from '../api/on.ts';
import { decideSettlement, maxLostStarts, type RunResult } from './decide-settlement.ts';

const now = new Date('2026-01-02T03:04:05.000Z');
const handler = on('test', 'MESSAGE_INBOUND', () => undefined, { attempts: 3 });
const fresh = { attempts: 0, lostStarts: 0 };
const failed = { kind: 'failed', message: 'no', stack: undefined } as const;
const decide = (result: Exclude<RunResult, { kind: 'committed' }>, task = fresh) =>
  decideSettlement(result, task, handler, now);

describe('decideSettlement', () => {
  it('retries a failure later and later, and gives up after the last attempt', () => {
    const first = decide(failed);
    const second = decide(failed, { attempts: 1, lostStarts: 0 });
    expect(first).toMatchObject({ state: 'WAITING', attempts: 1 });
    expect(second.retryAt?.getTime()).toBeGreaterThan(first.retryAt?.getTime() ?? Infinity);
    expect(decide(failed, { attempts: 2, lostStarts: 0 })).toMatchObject({
      state: 'DEAD',
      cause: 'attempts-exhausted',
      attempts: 3,
    });
  });

  it('never waits longer than an hour for a usual retry', () => {
    fc.assert(
      fc.property(fc.nat(999), (attempts) => {
        const patient = on('test', 'MESSAGE_INBOUND', () => undefined, { attempts: 1_000 });
        const { retryAt } = decideSettlement(failed, { attempts, lostStarts: 0 }, patient, now);
        if (retryAt !== undefined) {
          expect(retryAt.getTime() - now.getTime()).toBeLessThanOrEqual(3_600_000);
        }
      }),
    );
  });

  it.each(['database-down', 'not-run', 'stopped', 'lost'] as const)(
    'counts no attempt for %s',
    (kind) => {
      const task = { attempts: 2, lostStarts: 0 };
      const result = { kind, message: 'no', stack: undefined } as Exclude<
        RunResult,
        { kind: 'committed' }
      >;
      expect(decide(result, task)).toMatchObject({ state: 'WAITING', attempts: 2 });
    },
  );

  it('counts no attempt for a pause', () => {
    const task = { attempts: 2, lostStarts: 0 };
    const settlement = decide({ kind: 'paused', reason: '410' }, task);
    expect(settlement).toMatchObject({ state: 'WAITING', attempts: 2 });
  });

  it('quarantines a task whose process ended as often as is allowed', () => {
    let task = fresh;
    for (let start = 1; start < maxLostStarts; start += 1) {
      const settlement = decide({ kind: 'lost' }, task);
      expect(settlement.state).toBe('WAITING');
      task = settlement;
    }
    expect(decide({ kind: 'lost' }, task)).toMatchObject({ state: 'DEAD', cause: 'quarantined' });
  });

  it('forgets lost starts after a run with an outcome', () => {
    const task = { attempts: 0, lostStarts: 4 };
    expect(decide(failed, task).lostStarts).toBe(0);
    expect(decide({ kind: 'done' }, task).lostStarts).toBe(0);
  });

  it('retries at the time that the handler asked for', () => {
    const at = new Date('2026-01-03T00:00:00.000Z');
    const settlement = decide({ kind: 'retry-at', at, message: 'busy', stack: undefined });
    expect(settlement).toMatchObject({ state: 'WAITING', attempts: 1, retryAt: at });
  });

  it('gives tasks with the same error one fingerprint, and others another', () => {
    const of = (message: string) => decide({ ...failed, message }).failure?.fingerprint;
    expect(of('no answer from 10.0.0.1')).toBe(of('no answer from 10.0.0.2'));
    expect(of('no answer')).not.toBe(of('no such customer'));
  });
});
