import { setTimeout as sleep } from 'node:timers/promises';
import type { SinchRun } from '@sinch-callbacks/simulator';
import { whenToldToStop } from '../../terminal/stop-signal.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { describeProgress, type SinchEnd } from './report-sinch.ts';

const progressMs = 2_000;

/** Waits for a run's end, its time limit or a Ctrl-C, with a line now and then. */
export async function watchSinch(
  run: SinchRun,
  limitMs: number,
  terminal: Terminal,
): Promise<SinchEnd> {
  const told = whenToldToStop();
  const isOver = new AbortController();
  const progress = setInterval(() => terminal.note(describeProgress(run.tally)), progressMs);
  const stopped = new Promise<SinchEnd>((resolve) => {
    told.signal.addEventListener('abort', () => resolve('interrupted'));
  });
  try {
    const ended = await Promise.race([
      run.finished.then((): SinchEnd => 'finished'),
      stopped,
      limit(limitMs, isOver.signal),
    ]);
    run.stop();
    return ended;
  } finally {
    clearInterval(progress);
    isOver.abort();
    told.close();
  }
}

async function limit(limitMs: number, signal: AbortSignal): Promise<SinchEnd> {
  try {
    await sleep(limitMs, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return 'time-limit';
}
