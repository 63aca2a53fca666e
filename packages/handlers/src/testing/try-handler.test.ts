import { describe, expect, it } from 'vitest';
import { on } from '../api/on.ts';
import { Skip } from '../api/outcomes.ts';
import { tryHandler } from './try-handler.ts';

const inbound = (id: string) => ({
  app_id: '01APP',
  message: { id, contact_message: { text_message: { text: 'hello' } } },
});

describe('a tried run', () => {
  it('has a key of its event, so that an idempotent receiver takes the next one too', async () => {
    const keys: string[] = [];
    const handler = on('crm', 'MESSAGE_INBOUND', async (_event, { key }) => {
      keys.push(key);
    });
    for (const id of ['01A', '01A', '01B']) await tryHandler(handler, inbound(id));
    const [first, again, other] = keys;
    expect(first).toMatch(/^crm\.[0-9a-f]{32}\.tried$/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('shows its messages, and whom it may not write to', async () => {
    const reply = on('reply', 'MESSAGE_INBOUND', async (_event, { send }) => {
      const sent = await send('reply', { to: 'SMS:15551234567', message: 'Thank you' });
      if (sent.kind === 'opted-out') throw new Skip('opted out');
    });
    const message = { to: 'SMS:15551234567', message: 'Thank you' };
    expect(await tryHandler(reply, inbound('1'))).toMatchObject({
      outcome: 'done',
      sends: [{ name: 'reply', message, outcome: 'queued' }],
    });
    const rows = { consent: { state: 'OPTED_OUT', since: new Date() } } as const;
    expect(await tryHandler(reply, inbound('1'), { rows })).toMatchObject({
      outcome: 'skipped',
      sends: [{ name: 'reply', message, outcome: 'opted-out' }],
    });
  });

  it('fails at its timeout, though the handler never returns', async () => {
    const hang = async () => await new Promise<void>(() => {});
    const tried = await tryHandler(
      on('slow', 'MESSAGE_INBOUND', hang, { timeout: 5 }),
      inbound('1'),
    );
    expect(tried).toMatchObject({ outcome: 'failed', error: expect.stringContaining('5 ms') });
  });

  it('aborts its signal at its timeout, and with the signal that it was given', async () => {
    const wait = on(
      'wait',
      'MESSAGE_INBOUND',
      async (_event, { signal }) => {
        await new Promise((_, reject) => {
          if (signal.aborted) reject(new Error('aborted'));
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        });
      },
      { timeout: 5 },
    );
    expect((await tryHandler(wait, inbound('1'))).error).toContain('5 ms');
    const { error } = await tryHandler(wait, inbound('1'), { signal: AbortSignal.abort() });
    expect(error).toBe('aborted');
  });
});
