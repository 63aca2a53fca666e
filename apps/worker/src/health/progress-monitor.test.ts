import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type WatchedLane, watchProgress } from './progress-monitor.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const minutes = async (count: number) => {
  await vi.advanceTimersByTimeAsync(count * 60_000);
};

const waitingJobs = (count: number) => async () => await Promise.resolve(count);

function fakeLane(name: string, countWaiting: () => Promise<number>) {
  const counts = {
    finished: 0,
    oldest: undefined as number | undefined,
    connectionErrors: 0,
    isRefused: false,
    answers: 0,
  };
  const lane: WatchedLane = {
    name,
    consumer: {
      finishedJobs: () => counts.finished,
      oldestInProgress: () => counts.oldest,
      connectionErrors: () => counts.connectionErrors,
      isRefused: () => counts.isRefused,
      countWaiting,
    },
    onAnswered: () => (counts.answers += 1),
  };
  return { lane, counts };
}

function watch(lanes: readonly WatchedLane[], isWaitingForDatabase = () => false) {
  const onStalled = vi.fn();
  const monitor = watchProgress(lanes, isWaitingForDatabase, onStalled);
  return { monitor, onStalled, kind: () => monitor.progress().kind };
}

it('jobs that wait while none is finished are a stall after a minute, and a restart after three', async () => {
  const { lane, counts } = fakeLane('live', waitingJobs(7));
  const { monitor, kind, onStalled } = watch([lane]);
  await minutes(0.9);
  expect(kind()).toBe('progressing');
  await minutes(0.3);
  expect(kind()).toBe('stalled');
  counts.finished += 1;
  await minutes(0.2);
  expect(kind()).toBe('progressing');
  expect(onStalled).not.toHaveBeenCalled();
  await minutes(10);
  expect(onStalled.mock.calls).toMatchObject([[{ kind: 'stalled', lane: 'live' }]]);
  monitor.stop();
});

it('a stalled lane is not hidden by another that works', async () => {
  const works = fakeLane('live', waitingJobs(7));
  const { monitor, kind } = watch([works.lane, fakeLane('replay', waitingJobs(1)).lane]);
  for (let n = 0; n < 20; n += 1) {
    works.counts.finished += 1;
    await minutes(0.1);
  }
  expect(monitor.progress()).toMatchObject({ kind: 'stalled', lane: 'replay' });
  expect(kind()).toBe('stalled');
  monitor.stop();
});

it('a job that never ends is a stall, though others get done', async () => {
  const { lane, counts } = fakeLane('live', waitingJobs(0));
  counts.oldest = 1;
  const { monitor, kind } = watch([lane]);
  for (let n = 0; n < 20; n += 1) {
    counts.finished += 1;
    await minutes(0.1);
  }
  expect(kind()).toBe('stalled');
  counts.oldest = 2;
  await minutes(0.1);
  expect(kind()).toBe('progressing');
  monitor.stop();
});

it('a process that was frozen for hours is not stalled for longer than it has run since', async () => {
  const { lane, counts } = fakeLane('live', waitingJobs(7));
  counts.oldest = 1;
  const { monitor, kind, onStalled } = watch([lane]);
  await minutes(0.5);
  const thawed = performance.now() + 2 * 3_600_000;
  vi.spyOn(performance, 'now').mockImplementation(() => thawed);
  await minutes(0.2);
  expect(kind()).toBe('progressing');
  expect(onStalled).not.toHaveBeenCalled();
  monitor.stop();
});

const undisturbed = () => {};

it.each([
  ['an empty queue', waitingJobs(0), () => false, undisturbed],
  ['a database that is down', waitingJobs(7), () => true, undisturbed],
  ['a queue that is down', rejects, () => false, undisturbed],
  ['a queue whose connections keep breaking', waitingJobs(7), () => false, breaksAgain],
  ['a queue that answers and takes no writes', waitingJobs(7), () => false, refuses],
])('%s is no stall', async (_, countWaiting, isWaitingForDatabase, disturb) => {
  const { lane, counts } = fakeLane('live', countWaiting);
  const { monitor, kind, onStalled } = watch([lane], isWaitingForDatabase);
  for (let n = 0; n < 120; n += 1) {
    disturb(counts);
    await minutes(1 / 12);
  }
  expect(kind()).toBe('progressing');
  expect(onStalled).not.toHaveBeenCalled();
  monitor.stop();
});

it('a queue that refuses requests for jobs counts as down until one succeeds, however seldom it is asked', async () => {
  const { lane, counts } = fakeLane('live', waitingJobs(7));
  const { monitor } = watch([lane]);
  counts.connectionErrors = 1;
  counts.isRefused = true;
  await minutes(2);
  expect(counts.answers).toBe(0);
  counts.isRefused = false;
  await minutes(0.1);
  expect(counts.answers).toBe(1);
  monitor.stop();
});

type Counts = ReturnType<typeof fakeLane>['counts'];

async function rejects(): Promise<number> {
  return await Promise.reject(new Error('down'));
}

function breaksAgain(counts: Counts): void {
  counts.connectionErrors += 1;
}

function refuses(counts: Counts): void {
  counts.isRefused = true;
}

it('a queue that never answers is a stall after a minute, and one that reports errors is not', async () => {
  const never = async () => await Promise.withResolvers<number>().promise;
  const { lane, counts } = fakeLane('live', never);
  const { monitor, kind } = watch([lane]);
  await minutes(0.9);
  expect(kind()).toBe('progressing');
  await minutes(0.4);
  expect(kind()).toBe('stalled');
  counts.connectionErrors += 1;
  await minutes(0.1);
  expect(kind()).toBe('progressing');
  monitor.stop();
});

it('a request that misses its deadline each time is a stall too', async () => {
  const late = Object.assign(new Error('no answer'), { code: 'DEADLINE_EXCEEDED' });
  const { lane } = fakeLane('live', async () => await Promise.reject(late));
  const { monitor, kind } = watch([lane]);
  await minutes(1.2);
  expect(kind()).toBe('stalled');
  monitor.stop();
});
