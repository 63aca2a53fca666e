import { setInterval as ticks } from 'node:timers/promises';
import { type CallbackEvent, eventKey, recognise } from '@sinch-callbacks/core';
import { until } from '@sinch-callbacks/dev-env/processes';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import { openProducer } from '@sinch-callbacks/queue';
import { afterEach, expect, it } from 'vitest';
import {
  keepLines,
  type LogLine,
  openWorkerFixture,
  reportEvent,
  soon,
} from './support/worker-fixture.ts';

let closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  const open = closers.toReversed();
  closers = [];
  for (const close of open) await close();
});

const lockedContact = '01LOCKED';
const everyMs = 100;
const lockedMs = sized({ short: 20_000, long: 40_000 });

it('a contact row that another session keeps locked delays none of the events about others', async () => {
  const fixture = await openWorkerFixture();
  closers.push(() => fixture.close());
  const { log, lines } = keepLines();
  const worker = await fixture.start({ LOG_LEVEL: 'info' }, { log });
  await fixture.enqueue([contactEvent(lockedContact, -1)]);
  await until(async () => (await fixture.states())['APPLIED'] === 1, soon('the row'));
  const unlock = await fixture.lockContact(lockedContact);
  closers.push(unlock);

  const producer = openProducer({ ...fixture.location, timeoutMs: 60_000 });
  closers.push(() => producer.close());
  const queuedAt = new Map<string, number>();
  const count = lockedMs / everyMs;
  let sent = 0;
  for await (const _ of ticks(everyMs)) {
    const event = sent % 5 === 0 ? contactEvent(lockedContact, sent) : reportEvent(`01M${sent}`);
    queuedAt.set(event.key, Date.now());
    expect(await producer.enqueue(event)).toMatchObject({ kind: 'queued' });
    sent += 1;
    if (sent === count) break;
  }
  const others = (count / 5) * 4;
  await until(async () => (await fixture.states())['APPLIED'] === 1 + others, soon('all others'));
  const ofOthers = () => delaysIn(lines(), queuedAt);
  // Its line comes after the commit.
  await until(() => ofOthers().length === others, soon('the line of each'));
  const delays = ofOthers();
  expect(delays[Math.floor(others * 0.9)]).toBeLessThan(1_000);
  expect(delays.at(-1)).toBeLessThan(5_000);

  // Events that waited for the lock are applied too, at their first attempt.
  await unlock();
  await until(
    async () => (await fixture.states())['APPLIED'] === 1 + count,
    soon('the events about the row', 200_000),
  );
  expect(await fixture.attempts()).toEqual([1]);
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
}, 360_000);

/** From queueing to the line that says that it is applied, the shortest first. */
function delaysIn(lines: readonly LogLine[], queuedAt: ReadonlyMap<string, number>): number[] {
  return lines
    .filter(({ msg, eventKey: key }) => msg === 'event applied' && queuedAt.has(String(key)))
    .map((line) => Date.parse(String(line['time'])) - (queuedAt.get(String(line['eventKey'])) ?? 0))
    .toSorted((a, b) => a - b);
}

function contactEvent(id: string, n: number): CallbackEvent {
  const text = JSON.stringify({
    app_id: '01APP',
    event_time: new Date(Date.UTC(2026, 0, 2, 3, 4, n)).toISOString(),
    contact_update_notification: { contact: { id, display_name: `name ${n}` } },
  });
  const recognition = recognise(text);
  if (recognition.kind !== 'known') throw new Error('not an update of a contact');
  return {
    key: eventKey(recognition.trigger, id, Buffer.from(text)),
    trigger: recognition.trigger,
    entityId: id,
    rawBody: { encoding: 'utf8', text },
    receivedAt: new Date().toISOString(),
    signature: undefined,
  };
}
