import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessOutput } from './process-output.ts';

/** The condition that shows that a started process is ready. */
export type ReadyWhen =
  /** A GET is answered with this status, 200 when absent. */
  | { readonly kind: 'http'; readonly url: string; readonly status?: number }
  /** A line of its output matches. */
  | { readonly kind: 'line'; readonly pattern: RegExp }
  /** `isReady` returns true; `what` describes it. Exceptions count as false. */
  | { readonly kind: 'check'; readonly what: string; readonly isReady: () => Promise<boolean> }
  | { readonly kind: 'at-once' };

const pollIntervalMs = 50;
const requestTimeoutMs = 2_000;

/** Resolves once the process is ready. Polls until `signal` aborts. */
export async function waitReady(
  readyWhen: ReadyWhen,
  output: ProcessOutput,
  signal: AbortSignal,
): Promise<void> {
  switch (readyWhen.kind) {
    case 'at-once':
      return;
    case 'line':
      return new Promise((resolve) => {
        output.onLine((line) => {
          if (readyWhen.pattern.test(line)) resolve();
        });
      });
    case 'http':
      return poll(() => answers(readyWhen.url, readyWhen.status ?? 200), signal);
    case 'check':
      return poll(readyWhen.isReady, signal);
  }
}

/** Describes the condition in words. */
export function describeReady(readyWhen: ReadyWhen): string {
  switch (readyWhen.kind) {
    case 'at-once':
      return 'its start';
    case 'line':
      return `a line like ${readyWhen.pattern}`;
    case 'http':
      return `${readyWhen.status ?? 200} from ${readyWhen.url}`;
    case 'check':
      return readyWhen.what;
  }
}

async function poll(isReady: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const ready = await isReady().catch(() => false);
    if (ready) return;
    await sleep(pollIntervalMs);
  }
}

async function answers(url: string, status: number): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(requestTimeoutMs) });
  await answer.body?.cancel();
  return answer.status === status;
}
