import { execFile } from 'node:child_process';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { type ProcessExit, until } from '@sinch-callbacks/testing/processes';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  keepLines,
  numberedEvents,
  openWorkerWorld,
  reportEvent,
  type StartOptions,
  soon,
  type WorkerWorld,
} from './worker-support.ts';

let world: WorkerWorld;

beforeEach(async () => {
  world = await openWorkerWorld();
});

afterEach(async () => {
  await world.close();
});

const deadly: StartOptions = {
  isWaitedFor: false,
  preload: 'deadly-messages.ts',
  timings: {
    queue: {
      lockDurationMs: 1_500,
      lockRenewalMs: 300,
      stalledIntervalMs: 200,
      quarantineIntervalMs: 200,
      trialSilenceMs: 2_000,
    },
    eventLoop: { beatMs: 200, blockedAfterMs: 2_000 },
  },
};

/** Five deaths for each of the deadly ones, were they to die apart, and two to settle the rest. */
const maxStarts = 12;

it('events that end their process are quarantined after a few starts, and their neighbours applied exactly once', async () => {
  const neighbours = numberedEvents(60);
  const [killer, blocker] = [reportEvent('01KILLER'), reportEvent('01BLOCKER')];
  await world.enqueue([...neighbours.slice(0, 30), killer, ...neighbours.slice(30), blocker]);

  const { log, lines } = keepLines();
  const exits = await superviseUntil(
    log,
    async () => (await world.database.prisma.callbackEvent.count()) === 62,
  );
  expect(await world.states()).toEqual({ APPLIED: 60, DEAD: 2 });
  expect(await world.database.prisma.messageStatus.count()).toBe(60);
  expect(exits.length).toBeLessThanOrEqual(maxStarts);
  expect(new Set(exits.map(({ signal }) => signal))).toEqual(new Set(['SIGKILL']));

  expect(lines().some(({ msg }) => msg === 'event loop blocked')).toBe(true);

  const listed = await callbacks('dead', 'list', '--json');
  for (const { key } of [killer, blocker]) {
    expect(listed).toContain(key);
    expect(await callbacks('dead', 'show', key)).toContain('quarantined');
  }
}, 240_000);

/** Starts the worker again each time it ends, as systemd or Docker does. */
async function superviseUntil(
  log: Writable,
  isOver: () => Promise<boolean>,
): Promise<ProcessExit[]> {
  const exits: ProcessExit[] = [];
  while (exits.length <= maxStarts) {
    const worker = await world.start({}, { ...deadly, log });
    let exit: ProcessExit | undefined;
    void worker.exited.then((how) => {
      exit = how;
    });
    await until(async () => exit !== undefined || (await isOver()), soon('an end', 120_000));
    if (exit === undefined) return exits;
    exits.push(exit);
  }
  throw new Error(`started ${maxStarts} times, and again`);
}

/** What the command line says, in a process of its own. */
async function callbacks(...args: string[]): Promise<string> {
  const command = path.resolve(import.meta.dirname, '../../cli/src/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...args], {
    env: {
      DATABASE_URL: world.databaseUrl,
      REDIS_URL: world.location.backend.url,
      QUEUE_PREFIX: world.location.prefix,
    },
  });
  return stdout;
}
