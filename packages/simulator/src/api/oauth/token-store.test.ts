import { describe, expect, test } from 'vitest';
import { openApi } from '../../../test/api-client.ts';

describe('tokens', () => {
  test('have the lifetime that is asked for, and open the API till then', async () => {
    let now = new Date('2026-03-01T00:00:00Z');
    const { newToken, request } = await openApi({ tokenSeconds: 60, clock: () => now });
    expect((await newToken()).body).toMatchObject({ token_type: 'bearer', expires_in: 60 });
    now = new Date('2026-03-01T00:00:59.999Z');
    expect((await request('GET', 'messages')).status).toBe(200);
    now = new Date('2026-03-01T00:01:00Z');
    const expired = await request('GET', 'messages');
    expect(expired.status).toBe(401);
    expect(expired.headers.get('www-authenticate')).toContain('expired');
    expect(expired.body.error).toMatchObject({ code: 401, status: 'UNAUTHENTICATED', details: [] });
  });

  test('are refused when they are missing or unknown, and are not called expired', async () => {
    const { call, base } = await openApi();
    const missing = await call('GET', `${base}/messages`);
    const unknown = await call('GET', `${base}/messages`, undefined, { authorization: 'Bearer x' });
    for (const { status, headers } of [missing, unknown]) {
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).not.toContain('expired');
    }
  });

  test('are not given for a wrong key or secret', async () => {
    const { newToken, projectId } = await openApi();
    expect((await newToken(projectId, 'x')).status).toBe(401);
    expect((await newToken(undefined, 'x')).status).toBe(401);
  });

  test('come from a bucket of 30, whose 429 has no Retry-After', async () => {
    const { newToken } = await openApi({ retryAfterSeconds: 1 });
    const answers = await Promise.all(Array.from({ length: 80 }, () => newToken()));
    const refused = answers.filter(({ status }) => status === 429);
    // The bucket refills at 10 a second while they come.
    expect(80 - refused.length).toBeGreaterThanOrEqual(29);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toBeNull();
    expect(refused[0]?.body.error.status).toBe('RESOURCE_EXHAUSTED');
  });

  test('are not needed by a few requests with an access key, and by no more', async () => {
    const { api, call, base } = await openApi();
    const get = async (key: string) => {
      const authorization = `Basic ${Buffer.from(key).toString('base64')}`;
      return await call('GET', `${base}/messages`, undefined, { authorization });
    };
    const { keyId, keySecret } = api.projects[0] ?? {};
    expect(await get(`${keyId}:wrong`)).toMatchObject({ status: 401 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => await get(`${keyId}:${keySecret}`)),
    );
    const [taken, refused] = [200, 429].map((status) =>
      answers.filter((one) => one.status === status),
    );
    expect(taken?.length).toBeGreaterThanOrEqual(5);
    expect(refused?.[0]?.body.error.status).toBe('RESOURCE_EXHAUSTED');
    expect(answers).toHaveLength((taken?.length ?? 0) + (refused?.length ?? 0));
  });

  test('of one project do not open another, and an unknown project is 404', async () => {
    const { api, call, newToken } = await openApi({ projects: [{}, {}] });
    const { access_token: token } = (await newToken()).body;
    const headers = { authorization: `Bearer ${token}` };
    const other = api.projects[1]?.projectId;
    const at = (project: unknown) => `${api.url}/v1/projects/${project}/messages`;
    expect((await call('GET', at(other), undefined, headers)).status).toBe(403);
    const unknown = await call('GET', at('unknown'), undefined, headers);
    expect(unknown).toMatchObject({ status: 404, body: { error: { status: 'NOT_FOUND' } } });
  });
});
