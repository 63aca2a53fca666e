import { describe, expect, it } from 'vitest';
import type { SinchApi } from '../create-sinch-api.ts';
import { inTurn, startSinch } from '../sinch-server.fixture.ts';

describe.each<[string, (api: SinchApi) => Promise<unknown>]>([
  ['/v1/projects/P1/conversations/V%2F1', (api) => api.deletions.conversation('V/1')],
  [
    '/v1/projects/P1/messages/M1?messages_source=DISPATCH_SOURCE',
    (api) => api.deletions.message('M1', 'DISPATCH_SOURCE'),
  ],
  ['/v1/projects/P1/contacts/C1', (api) => api.deletions.contact('C1')],
])('DELETE %s', (url, call) => {
  it('succeeds, whatever the answer holds', async () => {
    const { api, requests } = await startSinch(inTurn({ status: 200, body: '' }));
    expect(await call(api)).toEqual({ kind: 'deleted' });
    expect(requests).toEqual([expect.objectContaining({ method: 'DELETE', url, body: '' })]);
  });

  it('says what is not there, also after a try without an answer', async () => {
    const { api, requests } = await startSinch(inTurn('lose', { status: 404 }));
    expect(await call(api)).toEqual({ kind: 'absent' });
    expect(requests).toHaveLength(2);
  });

  it('repeats what may pass, up to its bound, and then fails', async () => {
    const { api, requests } = await startSinch(inTurn({ status: 429 }, { status: 503 }));
    await expect(call(api)).rejects.toMatchObject({ status: 503 });
    expect(requests).toHaveLength(4);
  });

  it('fails at once where it is refused', async () => {
    const { api, requests } = await startSinch(inTurn({ status: 403 }));
    await expect(call(api)).rejects.toMatchObject({ status: 403 });
    expect(requests).toHaveLength(1);
  });
});
