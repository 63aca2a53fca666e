import { describe, expect, it } from 'vitest';
import type { ContractContext } from './contract-context.ts';

export function describeMethods(context: () => ContractContext): void {
  describe('a method other than POST', () => {
    it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
      'gets 405 with what is allowed: %s',
      async (method) => {
        const answer = await fetch(context().ingest.webhookUrl, { method });
        expect(answer.status).toBe(405);
        expect(answer.headers.get('allow')).toBe('POST');
        expect(await answer.text()).toBe(
          method === 'HEAD' ? '' : '{"status":"method-not-allowed"}',
        );
      },
    );

    it('is refused even with a valid signature', async () => {
      const body = '{"app_id":"A"}';
      const headers = context().sender().sign(body);
      const answer = await fetch(context().ingest.webhookUrl, { method: 'PUT', headers, body });
      expect(answer.status).toBe(405);
    });
  });

  describe('every answer', () => {
    it.each([
      [200, 'POST', true],
      [401, 'POST', false],
      [405, 'GET', false],
    ])(
      'is JSON, is stored by no cache and says nothing about the server: %i',
      async (status, method, isSigned) => {
        const body = method === 'POST' ? '{"app_id":"A"}' : null;
        const headers = isSigned ? context().sender().sign('{"app_id":"A"}') : {};
        const answer = await fetch(context().ingest.webhookUrl, { method, headers, body });
        expect(answer.status).toBe(status);
        expect(answer.headers.get('content-type')).toBe('application/json');
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(answer.headers.get('x-powered-by')).toBeNull();
        expect(Object.keys((await answer.json()) as object)).toEqual(['status']);
      },
    );
  });
}
