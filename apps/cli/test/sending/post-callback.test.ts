import { freePort } from '@sinch-callbacks/dev-env/processes';
import type { Answer } from '@sinch-callbacks/simulator';
import { openPoster } from '@sinch-callbacks/simulator/load';
import { expect, it, onTestFinished } from 'vitest';
import { type Reply, startHttpServer } from '../harness/http-server.ts';

async function posterTo(url: string, timeoutMs = 5_000) {
  const poster = await openPoster({ url, connections: 2, timeoutMs });
  onTestFinished(() => poster.close());
  return (body: string) =>
    new Promise<Answer>((resolve) => {
      poster.post(body, { 'x-name': 'value' }, resolve);
    });
}

async function receiving(reply: (place: number) => Reply) {
  let place = -1;
  return await startHttpServer(() => {
    place += 1;
    return reply(place);
  });
}

it('sends body, headers, path and parameters, and hears each status', async () => {
  const server = await receiving((place) => ({ status: [200, 503, 302][place] ?? 0, body: '{}' }));
  const post = await posterTo(`${server.url}/a/path?with=parameters`);
  for (const status of [200, 503, 302]) {
    expect(await post('{"text":"Zoë 🙏"}')).toEqual({ kind: 'answered', status });
  }
  for (const { path, headers, body } of server.requests) {
    expect(path).toBe('/a/path?with=parameters');
    expect(headers).toMatchObject({ 'x-name': 'value', 'content-type': 'application/json' });
    expect(body.toString()).toBe('{"text":"Zoë 🙏"}');
  }
});

it('never sends again what was cut off', async () => {
  const server = await receiving((place) => (place === 1 ? 'cut' : { status: 200, body: '' }));
  const post = await posterTo(server.url);
  expect(await post('one')).toEqual({ kind: 'answered', status: 200 });
  expect(await post('two')).toMatchObject({ kind: 'unreachable' });
  expect(await post('three')).toEqual({ kind: 'answered', status: 200 });
  expect(server.requests.map(({ body }) => body.toString())).toEqual(['one', 'two', 'three']);
});

it('gives up in time, and its connection is free for others then', async () => {
  const server = await receiving((place) => (place < 2 ? 'never' : { status: 200, body: '' }));
  const post = await posterTo(server.url, 200);
  expect(await Promise.all([post('one'), post('two')])).toEqual([
    { kind: 'timeout' },
    { kind: 'timeout' },
  ]);
  expect(await post('three')).toEqual({ kind: 'answered', status: 200 });
});

it('says why when no server listens', async () => {
  const post = await posterTo(`http://127.0.0.1:${await freePort()}/`);
  expect(await post('any')).toMatchObject({
    kind: 'unreachable',
    reason: expect.stringContaining('ECONNREFUSED'),
  });
});
