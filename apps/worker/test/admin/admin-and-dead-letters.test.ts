import http from 'node:http';
import { findDeadLetter } from '@sinch-callbacks/db';
import { until } from '@sinch-callbacks/dev-env/processes';
import { openReplayLane } from '@sinch-callbacks/queue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkerFixture, reportEvent, type WorkerFixture } from '../support/worker-fixture.ts';

let fixture: WorkerFixture;

beforeEach(async () => {
  fixture = await openWorkerFixture();
});

afterEach(async () => {
  await fixture.close();
});

const soon = (what: string) => ({ what, timeoutMs: 30_000, intervalMs: 50 });

describe('a dead letter', () => {
  it('shows in Bull Board without its body, and is applied by a replay once its cause is gone', async () => {
    await refuse('01POISON');
    const { adminUrl } = await fixture.start();
    const [poison, neighbour] = [reportEvent('01POISON'), reportEvent('01FINE')];
    await fixture.enqueue([poison, neighbour]);
    await until(async () => (await boardJobs(adminUrl)).length === 1, soon('it to show'));
    const [job] = await boardJobs(adminUrl);
    expect(JSON.stringify(job)).not.toContain('message_delivery_report');
    expect(job).toMatchObject({
      id: poison.key,
      name: 'MESSAGE_DELIVERY',
      data: { cause: 'permanent', key: poison.key },
    });
    await until(async () => (await fixture.states())['APPLIED'] === 1, soon('its neighbour'));
    expect(await fixture.states()).toEqual({ APPLIED: 1, DEAD: 1 });

    await fixture.database.prisma.$executeRawUnsafe('DROP TRIGGER refuse ON message');
    const letter = await findDeadLetter(fixture.database, poison.key);
    if (letter === undefined) throw new Error('not recorded');
    const lane = openReplayLane(fixture.location);
    await lane.removeDead(poison.key);
    await lane.replay(letter.event, 1);
    await lane.close();
    await until(async () => (await fixture.states())['APPLIED'] === 2, soon('the replay'));
    expect((await findDeadLetter(fixture.database, poison.key))?.resolution).toBe('APPLIED');
    expect(await boardJobs(adminUrl)).toEqual([]);
  });

  it('shows in Bull Board when it died on the fallback, where no copy stays behind', async () => {
    await refuse('01POISON');
    const timings = { queue: { quarantineIntervalMs: 500 } };
    const { adminUrl } = await fixture.start({}, { timings });
    const poison = reportEvent('01POISON');
    await fixture.enqueue([poison], fixture.fallback);
    await until(async () => (await boardJobs(adminUrl)).length === 1, soon('it to show'));
    const lane = openReplayLane(fixture.fallback);
    await until(async () => !(await lane.hasDead(poison.key)), soon('the copy to leave'));
    await lane.close();
    const [job] = await boardJobs(adminUrl);
    expect(job).toMatchObject({ id: poison.key, data: { cause: 'permanent', key: poison.key } });
  });
});

describe('the metrics', () => {
  it('count events by trigger and by secret, and dead letters by cause, and hold no id', async () => {
    await refuse('01POISON');
    const { adminUrl } = await fixture.start({ ADMIN_PASSWORD: 'open sesame' });
    const signature = { timestampSeconds: 1_700_000_000, nonce: 'n', isStale: false };
    const events = [
      { ...reportEvent('01NEW'), signature: { ...signature, secretPosition: 0 } },
      { ...reportEvent('01OLD'), signature: { ...signature, secretPosition: 1, isStale: true } },
      { ...reportEvent('01POISON'), signature: { ...signature, secretPosition: 1 } },
    ];
    await fixture.enqueue(events);
    const read = async () => await (await fetch(`${adminUrl}/metrics`)).text();
    await until(async () => /by_secret_total\{position="1"\} 2/.test(await read()), soon('counts'));
    const text = await read();
    const lastSeen = Date.parse(events[2]?.receivedAt ?? '') / 1000;
    for (const line of [
      'sinch_events_total{trigger="MESSAGE_DELIVERY",result="applied"} 2',
      'sinch_dead_letters_total{cause="permanent"} 1',
      'sinch_stale_events_total 1',
      'sinch_events_by_secret_total{position="0"} 1',
      `sinch_secret_last_seen_timestamp_seconds{position="1"} ${lastSeen}`,
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(text).not.toContain('01OLD');
  });
});

describe('the admin pages', () => {
  it('refuse to be reachable from other machines without a password', async () => {
    await expect(fixture.start({ ADMIN_HOST: '0.0.0.0' })).rejects.toThrow(
      /ADMIN_PASSWORD must be set/,
    );
  });

  it('ask for the password where there is one, and then show bodies', async () => {
    const { adminUrl } = await fixture.start({ ADMIN_PASSWORD: 'open sesame' });
    // Once it is finished, there is no body any more.
    const unlock = await fixture.lockTable('callback_event');
    await fixture.enqueue([reportEvent('01FINE')]);
    expect((await fetch(`${adminUrl}/queues`)).status).toBe(401);
    expect((await fetch(`${adminUrl}/queues`, login('admin', 'guess'))).status).toBe(401);
    expect((await fetch(`${adminUrl}/queues`, login('admin', 'open sesame'))).status).toBe(200);
    expect((await fetch(`${adminUrl}/healthz`)).status).toBe(200);
    const options = login('admin', 'open sesame');
    const live = async () => await boardJobs(adminUrl, options, 'sinch-callbacks');
    await until(async () => (await live()).length === 1, soon('it to show'));
    expect((await live())[0]?.data.rawBody).toMatchObject({ encoding: 'utf8' });
    await unlock();
    const isFinished = async () => (await live())[0]?.data.rawBody === undefined;
    await until(isFinished, soon('the body to be gone'));
  });

  it('without a password, answer only to the names of this machine, so that no other page can read them', async () => {
    const { adminUrl } = await fixture.start();
    const { hostname, port } = new URL(adminUrl);
    const status = async (host: string) =>
      await new Promise<number | undefined>((resolve, reject) => {
        http
          .get({ hostname, port, path: '/queues', headers: { host } }, (response) => {
            response.resume();
            resolve(response.statusCode);
          })
          .on('error', reject);
      });
    expect(await status(`localhost:${port}`)).toBe(200);
    expect(await status('evil.example')).toBe(403);
  });

  it('can be looked at and not touched', async () => {
    await refuse('01POISON');
    const { adminUrl } = await fixture.start();
    await fixture.enqueue([reportEvent('01POISON')]);
    await until(async () => (await boardJobs(adminUrl)).length === 1, soon('it to show'));
    const key = reportEvent('01POISON').key;
    const url = `${adminUrl}/queues/api/queues/sinch-callbacks-dead/${key}/clean`;
    const answer = await fetch(url, { method: 'PUT' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await boardJobs(adminUrl)).toHaveLength(1);
  });
});

interface BoardJob {
  readonly id: string;
  readonly name: string;
  readonly data: { readonly rawBody?: unknown };
}

async function boardJobs(
  adminUrl: string,
  options: RequestInit = {},
  queue = 'sinch-callbacks-dead',
): Promise<BoardJob[]> {
  const query = `activeQueue=${queue}&status=latest&page=1&jobsPerPage=10`;
  const answer = await fetch(`${adminUrl}/queues/api/queues?${query}`, options);
  const { queues } = (await answer.json()) as { queues: { name: string; jobs: BoardJob[] }[] };
  return queues.find(({ name }) => name === queue)?.jobs ?? [];
}

function login(user: string, password: string): RequestInit {
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  return { headers: { authorization: `Basic ${credentials}` } };
}

async function refuse(messageId: string): Promise<void> {
  const { prisma } = fixture.database;
  await prisma.$executeRawUnsafe(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'refused'; END $$`);
  await prisma.$executeRawUnsafe(`
    CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON message FOR EACH ROW
    WHEN (NEW.sinch_message_id = '${messageId}') EXECUTE FUNCTION refuse()`);
}
