import { setImmediate as turn } from 'node:timers/promises';
import type { CallbackEvent } from '@sinch-callbacks/core';
import type { WriteRows } from './open-row-writer.ts';

/** Makes batches of what is handed over one by one: whatever came while the last was written. */
export function gather(write: WriteRows): (event: CallbackEvent) => Promise<void> {
  let waiting: CallbackEvent[] = [];
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function writeWaiting(): Promise<void> {
    await writing;
    const batch = waiting;
    waiting = [];
    next = undefined;
    writing = write(batch);
    await writing;
  }

  return async (event) => {
    waiting.push(event);
    next ??= turn().then(writeWaiting);
    await next;
  };
}
