import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '@sinch-callbacks/dev-env/processes';
import { sized, testSeed } from '@sinch-callbacks/dev-env/sizes';
import { describe, expect, it } from 'vitest';
import { countInQueue, eraseFromQueue, type QueueLocation, queueNames } from '../../src/index.ts';
import { backendKinds, becomes, done, failed, limit, useQueueHarness } from '../queue-harness.ts';
import { fillQueue, readAll } from './erase-fixture.ts';
import {
  addWaiting,
  erase,
  eventsOfOthers,
  eventsOfPerson,
  hits,
  matches,
  openFiller,
  redact,
} from './erase-harness.ts';

const jobsMs = 60_000;
/** Of the kills of an erasure. */
const points = sized({ short: 6, long: 20 });

describe.each(backendKinds)('an erasure on %s', (kind) => {
  const harness = useQueueHarness(kind);

  it('waits for a job that a worker has, and erases the body that it writes back', async () => {
    const location = harness.location();
    const [event] = eventsOfPerson();
    if (event === undefined) throw new Error('there are events of the person');
    await addWaiting(harness.closing(openFiller(location)).open(queueNames.live), event);
    const attempt = Promise.withResolvers<void>();
    const { handled } = await harness.consume(async () => {
      await attempt.promise;
      return failed('transient');
    });
    await becomes(handled, 1);

    const bounded = await erase(location, 0);
    expect(bounded).toMatchObject({ kind: 'jobs-left', left: { active: 1, waiting: 0 } });

    const seen: unknown[] = [];
    const erasing = eraseFromQueue(location, matches, redact, (at) => void seen.push(at), {
      jobsMs,
    });
    await until(
      () => seen.some((at) => Reflect.get(Object(at), 'kind') === 'waiting'),
      limit('it'),
    );
    attempt.resolve();
    expect(await erasing).toMatchObject({ kind: 'erased' });
    expect(hits(await readAll(location))).toEqual([]);
  });

  it('leaves a body that may not be redacted until a worker has applied it', async () => {
    const location = harness.location();
    const live = harness.closing(openFiller(location)).open(queueNames.live);
    const events = eventsOfPerson();
    for (const event of events) await addWaiting(live, event);
    const before = await readAll(location);
    const keepBody = () => undefined;

    const counted = await countInQueue(location, matches, keepBody);
    expect(counted.left).toEqual({ active: 0, waiting: events.length });
    const left = await eraseFromQueue(location, matches, keepBody, () => undefined, { jobsMs: 0 });
    expect(left).toMatchObject({ kind: 'jobs-left', left: { active: 0, waiting: events.length } });
    expect(await readAll(location)).toEqual(before);

    const erasing = eraseFromQueue(location, matches, keepBody, () => undefined, { jobsMs });
    const { handled } = await harness.consume(done);
    expect(await erasing).toMatchObject({ kind: 'erased' });
    expect(handled.map(({ event }) => event.rawBody).toSorted(byText)).toEqual(
      events.map(({ rawBody }) => rawBody).toSorted(byText),
    );
    expect(hits(await readAll(location))).toEqual([]);
  });

  it('loses no event and leaves no name while jobs come and are applied', async () => {
    const location = harness.location();
    const live = harness.closing(openFiller(location)).open(queueNames.live);
    const events = Array.from({ length: 3 }, () => [...eventsOfPerson(), ...eventsOfOthers()]);
    const [first, ...later] = events.flat();
    const last = later.splice(-5);
    if (first === undefined) throw new Error('there are events of the person');
    const hasPassed = Promise.withResolvers<void>();
    const isLast = (key: string) => last.some((event) => event.key === key);
    const { handled } = await harness.consume(async ({ key }, attempt) => {
      if (isLast(key)) await hasPassed.promise;
      return attempt === 1 ? failed('transient') : done();
    });
    await harness.produce(first);
    await becomes(handled, 1);
    // It begins after an event was handled. The last ones are applied after one of its passes.
    const erasing = eraseFromQueue(
      location,
      matches,
      redact,
      (progress) => {
        if (progress.kind === 'passing') hasPassed.resolve();
      },
      { jobsMs },
    );
    const adding = (async () => {
      for (const event of [...later, ...last]) await harness.produce(event);
    })();
    await Promise.all([erasing, adding]);
    const keys = events.flat().map(({ key }) => key);
    const isApplied = async (key: string) => (await live.getJobState(key)) === 'completed';
    await until(
      async () => (await Promise.all(keys.map(isApplied))).every(Boolean),
      limit('every event to be applied'),
    );
    for (const key of keys) {
      expect(handled.filter(({ event }) => event.key === key)).toHaveLength(2);
    }
    expect(await erase(location)).toMatchObject({ kind: 'erased' });
    expect(hits(await readAll(location))).toEqual([]);
  });

  it('is completed by another one after a kill at any point', async () => {
    const location = harness.location();
    const { live } = await fillQueue(harness);
    const jobs = await live.getJobCountByTypes();
    // Each of them finds what those before have left.
    const most = Math.floor(hits(await readAll(location)).length / points);
    let kills = 0;
    let added = 0;
    for (let n = 0; n < points; n += 1) {
      if (await isKilledAfter(drawPoint(`${kind} ${n}`, most), location)) {
        kills += 1;
        continue;
      }
      // One that came to its end has left nothing for the next one to die at.
      for (const event of eventsOfPerson()) {
        await addWaiting(live, event);
        added += 1;
      }
    }
    expect(kills).toBeGreaterThanOrEqual(points / 2);

    expect(await erase(location)).toMatchObject({ kind: 'erased' });
    expect(hits(await readAll(location))).toEqual([]);
    expect(await live.getJobCountByTypes()).toBe(jobs + added);
  });
});

const eraser = fileURLToPath(new URL('erase-and-die.ts', import.meta.url));

/** Draws a number of finds, from 1 to `most`. */
function drawPoint(name: string, most: number): number {
  const drawn = createHash('sha256').update(`${testSeed} ${name}`).digest().readUInt32BE();
  return 1 + (drawn % Math.max(1, most));
}

/** @returns false when it was done before its death. */
async function isKilledAfter(found: number, location: QueueLocation): Promise<boolean> {
  const pauseMs = found % 3;
  const child = fork(eraser, [String(found), String(pauseMs), JSON.stringify(location)]);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal === 'SIGKILL') return true;
  expect(code).toBe(0);
  return false;
}

function byText({ text: one }: { text: string }, { text: other }: { text: string }): number {
  return one < other ? -1 : 1;
}
