import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminFixture, basic, login, openAdminFixture, password } from './admin-fixture.ts';

let fixture: AdminFixture;

beforeAll(async () => {
  fixture = await openAdminFixture();
});

afterAll(async () => {
  await fixture?.close();
});

describe('logins', () => {
  it('are refused after ten wrong ones, with the time to wait, and say so in no more than ten lines', async () => {
    const url = await fixture.serve({ password });
    fixture.lines.length = 0;
    const statuses: number[] = [];
    for (let time = 0; time < 15; time += 1) {
      const headers = basic(time % 2 === 0 ? 'admin' : 'root', `guess ${time}`);
      statuses.push((await fetch(`${url}/queues`, { headers })).status);
    }
    expect(statuses).toEqual([...Array(10).fill(401), ...Array(5).fill(429)]);
    const right = await fetch(`${url}/queues`, { headers: login });
    expect(right.status).toBe(429);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(right.headers.get('x-frame-options')).toBe('DENY');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(fixture.lines).toHaveLength(10);
    expect(fixture.lines.join()).not.toMatch(/guess|root/);
  });

  it('that ask without a password at all are no guesses', async () => {
    const url = await fixture.serve({ password });
    for (let time = 0; time < 20; time += 1) {
      expect((await fetch(`${url}/queues`)).status).toBe(401);
    }
    expect((await fetch(`${url}/queues`, { headers: login })).status).toBe(200);
  });

  // Elsewhere than on Linux, 127.0.0.1 is the only address there is on loopback.
  it.runIf(process.platform === 'linux')(
    'from another address go on while one address guesses',
    async () => {
      const url = await fixture.serve({ password });
      const from = async (localAddress: string, headers: Record<string, string>) =>
        await statusAt(new URL('/queues', url), { localAddress, headers });
      for (let time = 0; time < 10; time += 1) await from('127.0.0.1', basic('admin', 'guess'));
      expect(await from('127.0.0.1', login)).toBe(429);
      expect(await from('127.0.0.2', login)).toBe(200);
    },
  );
});

/** `fetch` would not let a test say its own address. */
async function statusAt(url: URL, options: http.RequestOptions): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const request = http.request(url, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject).end();
  });
}
