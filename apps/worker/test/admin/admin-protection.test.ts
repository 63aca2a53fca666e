import http from 'node:http';
import { queueNames } from '@sinch-callbacks/queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AdminFixture,
  type BoardRequest,
  canaries,
  fromOurPage,
  jobs,
  login,
  openAdminFixture,
  password,
  queueOf,
  requestsOf,
  snapshot,
} from './admin-fixture.ts';

const { live, replay, dead } = queueNames;

let fixture: AdminFixture;
let readOnly: string;
let writable: string;
let open: string;

beforeAll(async () => {
  fixture = await openAdminFixture();
  readOnly = await fixture.serve({ password });
  writable = await fixture.serve({ password, writes: true });
  open = await fixture.serve({ password: undefined });
});

afterAll(async () => {
  await fixture?.close();
});

describe('the admin pages', () => {
  it.each([
    ['a login', 'GET', '/queues', 401],
    ['a page', 'GET', '/queues', 200],
    ['an answer of the board', 'GET', '/queues/api/queues', 200],
    ['a refusal', 'PUT', '/queues/api/queues/pause', 403],
    ['what is not there', 'GET', '/nowhere', 404],
    ['the health check', 'GET', '/healthz', 200],
    ['the metrics', 'GET', '/metrics', 200],
  ])('cannot be framed or made to load anything foreign: %s', async (_, method, path, status) => {
    const headers = status === 401 ? {} : { ...login, ...fromOurPage };
    const answer = await fetch(`${readOnly}${path}`, { method, headers });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    const policy = answer.headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "script-src 'self'"]) {
      expect(policy.split('; ')).toContain(rule);
    }
  });

  it('keep payloads out of caches', async () => {
    const answer = await fetch(`${readOnly}/queues/api/queues`, { headers: login });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each<[string, Record<string, string>]>([
    ['no proof at all', {}],
    ['a form of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbouring site', { 'sec-fetch-site': 'same-site' }],
    ['an address typed by hand', { 'sec-fetch-site': 'none' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['an origin that hides', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['our origin, said by a foreign page', { origin: 'OURS', 'sec-fetch-site': 'cross-site' }],
  ])('take no unsafe request with %s, whatever its method and type', async (_, proof) => {
    const retry = `/queues/api/queues/${live}/${jobs.failed}/retry`;
    const sent = { ...proof, ...(proof['origin'] === 'OURS' && { origin: writable }) };
    const before = await snapshot(fixture.board);
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
        const headers = { ...login, ...sent, 'content-type': type };
        const answer = await fetch(`${writable}${retry}`, { method, headers, body: '{}' });
        expect([method, type, answer.status]).toEqual([method, type, 403]);
      }
    }
    expect(await snapshot(fixture.board)).toEqual(before);
  });

  it('without a login answer to no name but this machine’s, so no rebound name reads or writes', async () => {
    const names = ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '[::2]'];
    for (const host of names) {
      for (const path of ['/', '/queues', '/queues/api/queues', '/queues/static/css/x.css']) {
        expect([host, path, await statusFor(path, { host })]).toEqual([host, path, 403]);
      }
      const rebound = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
      const path = '/queues/api/queues/pause';
      expect(await statusFor(path, rebound, 'PUT')).toBe(403);
    }
    expect(await statusFor('/queues', { host: 'localhost' })).toBe(200);
  });

  it('change nothing on any GET or HEAD', async () => {
    const before = await snapshot(fixture.board);
    for (const { path } of requestsOf('get')) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await fetch(`${writable}/queues${path}`, { method, headers: login });
        expect([path, answer.status < 500]).toEqual([path, true]);
      }
    }
    expect(await snapshot(fixture.board)).toEqual(before);
  });

  it('are read-only by default: no request changes anything', async () => {
    const before = await snapshot(fixture.board);
    for (const url of [readOnly, open]) {
      for (const { method, path } of unsafeRequests()) {
        const headers = { ...(url === open ? {} : login), ...fromOurPage };
        const answer = await fetch(`${url}/queues${path}`, { method, headers, body: '{}' });
        expect([method, path, answer.status]).toEqual([method, path, 403]);
      }
    }
    expect(await snapshot(fixture.board)).toEqual(before);
  });

  it('refuse, with writes on, whatever could lose, forge or hold up an event', async () => {
    const before = await snapshot(fixture.board);
    for (const { method, path, route, queue } of unsafeRequests()) {
      if (mayLoseNothing(route, queue)) continue;
      const headers = { ...login, ...fromOurPage, 'content-type': 'application/json' };
      const body = JSON.stringify({ name: 'x', jobData: {}, data: {}, force: true });
      const answer = await fetch(`${writable}/queues${path}`, { method, headers, body });
      expect([method, path, answer.status]).toEqual([method, path, 403]);
    }
    expect(await snapshot(fixture.board)).toEqual(before);
  });

  it.each([live, replay])(
    'with writes on, retry what failed and promote what waits in %s',
    async (queue) => {
      const { failed, delayed } = jobs;
      expect(await write(`/queues/api/queues/${queue}/${failed}/retry`)).toBe(204);
      expect(await queueOf(fixture.board, queue).getJobState(failed)).toBe('waiting');
      expect(await write(`/queues/api/queues/${queue}/${delayed}/promote`)).toBe(204);
      expect(await queueOf(fixture.board, queue).getJobState(delayed)).toBe('waiting');
      expect(await write(`/queues/api/queues/${queue}/retry/failed`)).toBe(200);
      expect(await write(`/queues/api/queues/${queue}/promote`)).toBe(200);
    },
  );

  it('with writes on, call off a replay, whose event stays in Postgres', async () => {
    const { waiting } = jobs;
    expect(await write(`/queues/api/queues/${replay}/${waiting}/clean`)).toBe(204);
    expect(await queueOf(fixture.board, replay).getJobState(waiting)).toBe('unknown');
  });

  it('log one line for each write, with the user and the action, and nothing that was sent', async () => {
    fixture.lines.length = 0;
    const path = `/queues/api/queues/${live}/01ABSENT/retry`;
    await write(`${path}?secret=hunter2`, JSON.stringify({ text: 'hunter2' }));
    await write(`/queues/api/queues/${live}/empty`, 'hunter2');
    expect(fixture.lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        msg: 'admin write',
        method: 'PUT',
        path,
        user: 'admin',
        status: 404,
      }),
      expect.objectContaining({
        msg: 'admin write',
        path: `/queues/api/queues/${live}/empty`,
        status: 403,
      }),
    ]);
    expect(fixture.lines.join()).not.toContain('hunter2');
  });

  it('take no body over 64 KiB', async () => {
    const path = `/queues/api/queues/${live}/01ABSENT/retry`;
    expect(await write(path, 'x'.repeat(64 * 1024 + 1))).toBe(413);
  });

  it('show no body, number or text without a login, and no nonce even with one', async () => {
    for (const { path } of requestsOf('get')) {
      const shown = await (await fetch(`${open}/queues${path}`)).text();
      for (const canary of Object.values(canaries)) {
        expect([path, shown.includes(canary)]).toEqual([path, false]);
      }
      const behindLogin = await fetch(`${readOnly}/queues${path}`, { headers: login });
      expect(await behindLogin.text()).not.toContain(canaries.nonce);
    }
    const path = `/queues/api/queues/${live}/${jobs.waiting}`;
    const answer = await fetch(`${readOnly}${path}`, { headers: login });
    expect(await answer.text()).toContain(canaries.text);
  });
});

function unsafeRequests(): BoardRequest[] {
  const requests = requestsOf('put', 'post', 'patch', 'delete');
  // Or it would prove nothing.
  expect(requests.length).toBeGreaterThan(50);
  return requests;
}

function mayLoseNothing(route: string, queue: string): boolean {
  if (/\/(retry|promote)(\/:queueStatus)?$/.test(route)) return queue !== dead;
  return route === '/api/queues/:queueName/:jobId/clean' && queue === replay;
}

async function write(path: string, body?: string): Promise<number> {
  const headers = { ...login, ...fromOurPage };
  return (await fetch(`${writable}${path}`, { method: 'PUT', headers, ...(body && { body }) }))
    .status;
}

async function statusFor(path: string, headers: Record<string, string>, method = 'GET') {
  return await statusAt(new URL(path, open), { headers, method });
}

/** `fetch` would not let a test say its own host. */
async function statusAt(url: URL, options: http.RequestOptions): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const request = http.request(url, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject).end();
  });
}
