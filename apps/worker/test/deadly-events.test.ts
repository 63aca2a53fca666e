import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { compileCache, type ProcessExit, until } from '@sinch-callbacks/dev-env/processes';
import { maxDeathsOfOneEvent } from '@sinch-callbacks/queue';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  keepLines,
  numberedEvents,
  openWorkerFixture,
  reportEvent,
  type StartOptions,
  soon,
  type WorkerFixture,
} from './support/worker-fixture.ts';

let fixture: WorkerFixture;
let directory: string;

beforeEach(async () => {
  fixture = await openWorkerFixture();
  directory = await mkdtemp(path.join(tmpdir(), 'deadly-events-'));
});

afterEach(async () => {
  await fixture.close();
  await rm(directory, { recursive: true });
});

const deadly: StartOptions = {
  isWaitedFor: false,
  preload: 'deadly-messages.ts',
  timings: {
    queue: {
      lockDurationMs: 1_000,
      lockRenewalMs: 250,
      stalledIntervalMs: 200,
      quarantineIntervalMs: 200,
      trialSilenceMs: 1_500,
    },
    eventLoop: { beatMs: 200, blockedAfterMs: 2_000 },
  },
};

/** Of the two deadly events, were they never to die together. */
const maxDeaths = 2 * maxDeathsOfOneEvent;

it('events that end their process are quarantined after a few starts, and their neighbours applied exactly once', async () => {
  const neighbours = numberedEvents(60);
  const [killer, blocker] = [reportEvent('01KILLER'), reportEvent('01BLOCKER')];
  await fixture.enqueue([...neighbours.slice(0, 30), killer, ...neighbours.slice(30), blocker]);

  const { log, lines } = keepLines();
  const deaths = await superviseUntil(
    log,
    async () => (await fixture.database.prisma.callbackEvent.count()) === 62,
  );
  expect(await fixture.states()).toEqual({ APPLIED: 60, DEAD: 2 });
  expect(await fixture.database.prisma.messageStatus.count()).toBe(60);
  for (const messageId of ['01KILLER', '01BLOCKER']) {
    const caused = deaths.filter((cause) => cause === messageId).length;
    expect(caused).toBeGreaterThan(0);
    expect(caused).toBeLessThanOrEqual(maxDeathsOfOneEvent);
  }

  expect(lines().some(({ msg }) => msg === 'event loop blocked')).toBe(true);

  const listed = await callbacks('dead', 'list', '--json');
  for (const { key } of [killer, blocker]) {
    expect(listed).toContain(key);
    expect(await callbacks('dead', 'show', key)).toContain('quarantined');
  }
}, 240_000);

/**
 * Starts the worker again each time it ends, as systemd or Docker does.
 * @returns the message whose event caused it, for each time.
 */
async function superviseUntil(
  log: Writable,
  isOver: () => Promise<boolean>,
): Promise<readonly string[]> {
  const deathsFile = path.join(directory, 'deaths');
  const deaths = async () => (await readFile(deathsFile, 'utf8')).split('\n').slice(0, -1);
  await writeFile(deathsFile, '');
  for (let ended = 0; ; ended += 1) {
    const worker = await fixture.start({ DEATHS_FILE: deathsFile }, { ...deadly, log });
    let exit: ProcessExit | undefined;
    void worker.exited.then((how) => {
      exit = how;
    });
    await until(async () => exit !== undefined || (await isOver()), soon('an end', 120_000));
    if (exit === undefined) return await deaths();
    expect(exit.signal).toBe('SIGKILL');
    const causes = await deaths();
    expect(causes.length, `a death for which no event is to blame, after ${causes}`).toBe(
      ended + 1,
    );
    expect(causes.length, `${causes}`).toBeLessThanOrEqual(maxDeaths);
  }
}

/** Runs the command line in a process of its own, and returns its output. */
async function callbacks(...args: string[]): Promise<string> {
  const command = path.resolve(import.meta.dirname, '../../cli/src/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...args], {
    env: {
      ...compileCache(),
      DATABASE_URL: fixture.databaseUrl,
      REDIS_URL: fixture.location.backend.url,
      QUEUE_PREFIX: fixture.location.prefix,
    },
  });
  return stdout;
}
