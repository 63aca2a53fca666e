import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueLocation } from '../connection/queue-backend.ts';
import { whileQueueAvailable } from '../connection/queue-unavailable.ts';
import { eraseOnce } from './erase-once.ts';
import {
  type ErasedCounts,
  type ErasureRules,
  type JobsLeft,
  noneErased,
  type PassReport,
} from './erasure-rules.ts';
import { type AppendOnlyFile, rewriteAppendOnlyFile } from './rewrite-append-only-file.ts';

/** The result of an erasure. `jobs-left` is completed by another call, once they are applied. */
export type QueueErasure =
  | { readonly kind: 'erased'; readonly counts: ErasedCounts; readonly file: AppendOnlyFile }
  | {
      readonly kind: 'jobs-left';
      readonly left: JobsLeft;
      readonly counts: ErasedCounts;
      readonly file: AppendOnlyFile;
    };

export type ErasureProgress =
  /** Called now and then within a pass, and after it. */
  | { readonly kind: 'passing'; readonly pass: number; readonly visited: number }
  | { readonly kind: 'waiting'; readonly left: JobsLeft }
  | { readonly kind: 'rewriting' };

export interface ErasureWaits {
  /**
   * How long it waits for jobs that a worker has, or that keep their body until they are applied.
   */
  readonly jobsMs: number;
  /** How long it waits for the rewritten append-only file. */
  readonly fileMs: number;
}

const defaultWaits: ErasureWaits = { jobsMs: 60_000, fileMs: 300_000 };
const firstPauseMs = 250;
/**
 * The passes that may find something new although no job is left, before it is called unfinished.
 */
const maxRestlessPasses = 20;
/** The keys and rows between two calls of `onProgress`. */
const progressEvery = 1_000;

/**
 * Removes a person from a queue's server, while ingest and workers use it: from every job of every
 * lane and partition, from dead letters' copies, rejected callbacks, and what BullMQ writes beside
 * them. Then it asks Redis to rewrite its append-only file. See docs/privacy.md for the places.
 *
 * No event is lost. An unfinished job stays where it is, under its id, with the body that `redact`
 * makes, and a worker applies it as ever. A finished one stays as a guard against doubles.
 *
 * It passes over the server until a pass has found nothing. So it also finds what a process wrote
 * during a pass: the copy of a letter, or the body that a worker writes back when an attempt fails.
 * The latter happens to jobs that a worker has, for which it waits. A worker that was frozen for
 * longer than its lock may still write a body back later; that job is unfinished, so it is applied,
 * and loses its body with that. Callbacks that come later are the writer's to redact: the list that
 * it asks has to be written before this is called.
 *
 * Where there are two servers, the fallback is erased first: copies of letters move from it to the
 * other one.
 *
 * It keeps no state. After a crash at any point it is called again: what is done is not found.
 * @throws QueueUnavailableError when a server does not answer.
 */
export async function eraseFromQueue(
  location: QueueLocation,
  matches: ErasureRules['matches'],
  redact: ErasureRules['redact'],
  onProgress: (progress: ErasureProgress) => void,
  waits: Partial<ErasureWaits> = {},
): Promise<QueueErasure> {
  const { jobsMs, fileMs } = { ...defaultWaits, ...waits };
  const rules = { matches, redact, mode: 'erase' } as const;
  const tally = createTally();
  const left = await whileQueueAvailable(passUntilClean);
  onProgress({ kind: 'rewriting' });
  const file = await whileQueueAvailable(() => rewriteAppendOnlyFile(location.backend, fileMs));
  const facts = { counts: { ...tally.counts }, file };
  return left === undefined ? { kind: 'erased', ...facts } : { kind: 'jobs-left', left, ...facts };

  /** @returns the jobs that are left when the time is over; undefined when there are none. */
  async function passUntilClean(): Promise<JobsLeft | undefined> {
    const startedAt = performance.now();
    let restlessPasses = 0;
    for (let pass = 1; ; pass += 1) {
      const passStartedAt = performance.now();
      const found = tally.startPass((visited) => onProgress({ kind: 'passing', pass, visited }));
      await eraseOnce(location, rules, found.report);
      onProgress({ kind: 'passing', pass, visited: found.visited() });
      const { isClean, isAnyLeft, jobsLeft } = found.end();
      if (isClean) return undefined;
      if (!isAnyLeft && (restlessPasses += 1) < maxRestlessPasses) continue;
      const now = performance.now();
      if (now - startedAt >= jobsMs || !isAnyLeft) return jobsLeft;
      onProgress({ kind: 'waiting', left: jobsLeft });
      // A large server is read for half of the time at most.
      await sleep(Math.min(Math.max(firstPauseMs, now - passStartedAt), jobsMs));
    }
  }
}

/** Counts the changes of all passes, and what one pass has left. */
function createTally() {
  const counts = noneErased();

  function startPass(onVisited: (visited: number) => void) {
    const left: Record<keyof JobsLeft, number> = { active: 0, waiting: 0 };
    let [visited, erased] = [0, 0];
    const report: PassReport = {
      visited() {
        visited += 1;
        if (visited % progressEvery === 0) onVisited(visited);
      },
      erased(place) {
        counts[place] += 1;
        erased += 1;
      },
      left(kind) {
        left[kind] += 1;
      },
    };
    return {
      report,
      visited: () => visited,
      end() {
        const isAnyLeft = left.active + left.waiting > 0;
        return { isClean: erased === 0 && !isAnyLeft, isAnyLeft, jobsLeft: left };
      },
    };
  }

  return { counts, startPass };
}
