import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MessageToSend, queueMessage, resendMessages, sendMessage } from '../src/index.ts';
import { createClaim } from '../src/sending/claim-messages.ts';
import { expireQueued } from '../src/sending/expire-queued.ts';
import { resendUncertain } from '../src/sending/resend-uncertain.ts';
import { settleMessage } from '../src/sending/settle-message.ts';
import { type OutboundFixture, openOutboundFixture } from './support/outbound-fixture.ts';
import { openSenderFixture } from './support/sender-fixture.ts';

let fixture: OutboundFixture;
beforeAll(async () => {
  fixture = await openOutboundFixture();
});
afterAll(async () => await fixture.close());

const hourMs = 3_600_000;
let keys = 0;

function messageOf(more: Partial<MessageToSend> = {}): MessageToSend {
  const key = `key-${(keys += 1)}`;
  return { key, appId: 'app', to: `SMS:+1555123${1_000 + keys}`, message: 'Hi', ...more };
}

async function queue(more: Partial<MessageToSend> = {}): Promise<string> {
  const outcome = await sendMessage(fixture.database, messageOf(more));
  if (outcome.kind !== 'queued') throw new Error(outcome.kind);
  return outcome.message.id;
}

/** Queues a message whose time is over by its commit: no sender can have been faster. */
async function queueLate(more: Partial<MessageToSend> = {}): Promise<string> {
  return await fixture.database.prisma.$transaction(async (tx) => {
    const outcome = await queueMessage(tx, messageOf({ sendWithinMs: hourMs, ...more }));
    if (outcome.kind !== 'queued') throw new Error(outcome.kind);
    const { id } = outcome.message;
    await tx.$executeRaw`UPDATE outbound SET not_after = now() WHERE id = ${id}::uuid`;
    return id;
  });
}

const set = async (id: string, columns: string) =>
  await fixture.read(`UPDATE outbound SET ${columns} WHERE id = $1::uuid`, [id]);

const rowOf = async (id: string) =>
  (await fixture.read('SELECT * FROM outbound WHERE id = $1::uuid', [id]))[0];

const claim = async (appId: string) =>
  (await createClaim(fixture.database, appId, { holder: randomUUID(), holdMs: 1_000 })(32)).map(
    ({ id }) => id,
  );

describe('a message that has waited longer than its caller allowed', () => {
  it('is REFUSED as expired, without a request, and those behind it are sent', async () => {
    const { appId, api } = await openSenderFixture(fixture);
    const to = 'SMS:+15551230001';
    const [late, next] = [await queueLate({ appId, to }), await queue({ appId, to })];
    await until(async () => (await rowOf(next))?.['state'] === 'SENT', { what: 'the next one' });
    expect(await rowOf(late)).toMatchObject({ state: 'REFUSED', error_class: 'expired' });
    expect(api.truth().requests['send-message']).toEqual({ 200: 1 });
  });

  it('is not claimed, though no sender has refused it yet', async () => {
    const late = await queueLate({ appId: 'claims' });
    const [timely, any] = [
      await queue({ appId: 'claims', sendWithinMs: hourMs }),
      await queue({ appId: 'claims' }),
    ];
    expect(new Set(await claim('claims'))).toEqual(new Set([timely, any]));
    expect(await rowOf(late)).toMatchObject({ state: 'QUEUED', attempts: 0 });
  });

  it('is UNCERTAIN where an earlier request may have been carried out', async () => {
    const id = await queueLate({ appId: 'doubtful' });
    await set(id, 'resends = 1, attempts = 1');
    expect(await expireQueued(fixture.database, 'doubtful')).toBe(1);
    expect(await rowOf(id)).toMatchObject({ state: 'UNCERTAIN', error_class: 'expired' });
  });

  it('is sent again where a person names it, and not with all others', async () => {
    const id = await queueLate({ appId: 'by hand' });
    await expireQueued(fixture.database, 'by hand');
    const settledBefore = new Date(Date.now() + 60_000);
    const all = { appId: 'by hand', state: 'REFUSED', settledBefore } as const;
    expect(await resendMessages(fixture.database, all)).toEqual([]);
    expect(await resendMessages(fixture.database, { ids: [id] })).toEqual([id]);
    expect(await claim('by hand')).toEqual([id]);
  });

  it('keeps the limit that it got first', async () => {
    const given = messageOf({ sendWithinMs: hourMs });
    const first = await sendMessage(fixture.database, given);
    const again = await sendMessage(fixture.database, { ...given, sendWithinMs: 2 * hourMs });
    expect(again).toEqual({ ...first, kind: 'known' });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 366 * 86_400_000])(
    'has no limit of %s',
    async (sendWithinMs) => {
      const outcome = await sendMessage(fixture.database, messageOf({ sendWithinMs }));
      expect(outcome).toMatchObject({ kind: 'invalid' });
    },
  );
});

describe('an uncertain message that may be sent again', () => {
  const again = async (appId: string) => await resendUncertain(fixture.database, appId, -1);

  it('is so twice by itself, however often no answer comes', async () => {
    const id = await queue({ appId: 'again', onUncertain: 'resend' });
    const resent: number[] = [];
    for (let tries = 0; tries < 5; tries += 1) {
      await set(id, `state = 'UNCERTAIN', settled_at = now()`);
      resent.push(await again('again'));
    }
    expect(resent).toEqual([1, 1, 0, 0, 0]);
  });

  it('stays uncertain once it is too late', async () => {
    const id = await queueLate({ appId: 'too late', onUncertain: 'resend' });
    await set(id, `state = 'UNCERTAIN', settled_at = now()`);
    expect(await again('too late')).toBe(0);
  });

  it('stays uncertain where the second request is refused', async () => {
    const holder = randomUUID();
    const id = await queue();
    await set(id, `state = 'SENDING', holder = '${holder}', attempts = 2, resends = 1`);
    const settlement = { state: 'REFUSED', errorClass: 'refused', message: 'no' } as const;
    const settle = async () =>
      await settleMessage(fixture.database, { id, attempts: 2 }, settlement, holder);
    expect(await settle()).toBe('UNCERTAIN');
    await set(id, `state = 'SENDING', resends = 0`);
    expect(await settle()).toBe('REFUSED');
  });
});
