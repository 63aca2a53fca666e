import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tryHandler } from '@sinch-callbacks/handlers/testing';
import { sample } from '@sinch-callbacks/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { crmSync } from './crm-sync.ts';
import { stopWord } from './stop-word.ts';
import { thankYou } from './thank-you.ts';

describe('thank-you', () => {
  it('replies to a text', async () => {
    const tried = await tryHandler(thankYou, sample('MESSAGE_INBOUND'));
    const message = expect.stringMatching(/^Thank you, /);
    expect(tried).toMatchObject({ outcome: 'committed', sends: [{ message: { message } }] });
  });

  it('never replies to a person who has opted out', async () => {
    const rows = { consent: { state: 'OPTED_OUT', since: new Date() } } as const;
    const tried = await tryHandler(thankYou, sample('MESSAGE_INBOUND'), { rows });
    expect(tried).toMatchObject({ outcome: 'skipped', sends: [{ outcome: 'opted-out' }] });
  });
});

describe('stop-word', () => {
  const inbound = (text: string) => ({
    message: {
      id: '01JD',
      channel_identity: { channel: 'SMS', identity: '15555550100' },
      contact_message: { text_message: { text } },
    },
  });

  it('notes who wrote STOP, in whatever case', async () => {
    const tried = await tryHandler(stopWord, inbound(' Stop '));
    expect(tried.outcome).toBe('committed');
    expect(tried.statements).toMatchObject([{ values: ['15555550100', expect.any(String)] }]);
  });

  it('leaves other messages alone', async () => {
    const tried = await tryHandler(stopWord, inbound('stop by later'));
    expect(tried).toMatchObject({ outcome: 'skipped', statements: [] });
  });
});

describe('crm-sync', () => {
  let close: (() => void) | undefined;
  afterEach(() => close?.());

  async function crm(status: number, headers: Record<string, string> = {}): Promise<string> {
    const server = createServer((_request, response) => response.writeHead(status, headers).end());
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    close = () => server.close();
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it.each([
    [200, {}, 'done'],
    [400, {}, 'gave-up'],
    [429, { 'retry-after': '60' }, 'retry-at'],
    [500, {}, 'failed'],
  ] as const)('an answer of %i with %o ends as it should', async (status, headers, outcome) => {
    const tried = await tryHandler(crmSync(await crm(status, headers)), sample('OPT_OUT'));
    expect(tried.outcome).toBe(outcome);
  });
});
