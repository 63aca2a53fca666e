import { setTimeout as sleep } from 'node:timers/promises';
import { markMetadata } from '@sinch-callbacks/core';
import { classifyFailure } from '@sinch-callbacks/db';
import type { OutboundErrorClass, OutboundMessage, OutboundState } from '../outbound-message.ts';
import { findOptOuts, requireErasureKeys } from '../queue/find-opt-outs.ts';
import { decideSettlement, type SendTry, type Settlement } from '../sending/decide-settlement.ts';
import { returnMessage } from '../sending/holds.ts';
import { settleMessage } from '../sending/settle-message.ts';
import type { SenderOptions, SendFacts } from './contract.ts';
import type { HeldMessages } from './held-messages.ts';

/** The pause of the whole app after a message that could not be sent. */
export interface SendPause {
  readonly pauseMs: number;
  readonly errorClass: OutboundErrorClass;
}

/** Sends a claimed message, in one request, and writes what became of it. Never rejects. */
export interface SendOnce {
  (message: OutboundMessage): Promise<SendPause | undefined>;
  /** Leaves rows that cannot be written now to the end of their hold. */
  giveUp(): void;
}

const settleAgainMs = 500;
/** Tries after errors that do not mean that the database is down. */
const maxSettleTries = 5;

type Services = Pick<SenderOptions, 'database' | 'api' | 'events' | 'erasureKeys'>;

export function createSendOnce(
  { database, api, events, erasureKeys }: Services,
  holder: string,
  held: Pick<HeldMessages, 'isHeld'>,
): SendOnce {
  let hasGivenUp = false;

  async function send(message: OutboundMessage): Promise<SendPause | undefined> {
    const startedAt = performance.now();
    const settlement = await settlementOf(message);
    const state = await settle(async () =>
      settlement === 'not-ours'
        ? await returnMessage(database, message, holder)
        : await settleMessage(database, message, settlement, holder),
    );
    const { id, key, attempts } = message;
    const facts = { message: { id, key, attempts }, durationMs: performance.now() - startedAt };
    events.sent({ ...facts, state: state ?? 'lost', ...reasonOf(settlement) });
    if (settlement === 'not-ours' || settlement.state !== 'QUEUED') return undefined;
    return { pauseMs: settlement.pauseMs, errorClass: settlement.errorClass };
  }

  async function settlementOf(message: OutboundMessage): Promise<Settlement | 'not-ours'> {
    const refusal = await consentRefusal(message);
    if (refusal !== undefined) return refusal;
    // Nothing is awaited from here to the request. A process that was frozen, or a consent that
    // took long to read, has lost the row: others may have had it sent by now.
    if (!held.isHeld(message.id)) return 'not-ours';
    return decideSettlement(await request(message), message.attempts, Math.random());
  }

  /** Asks again: the message may have waited for days. An unreadable consent forbids for now. */
  async function consentRefusal(message: OutboundMessage): Promise<Settlement | undefined> {
    if (message.allowsOptedOut) return undefined;
    try {
      const [optOut] = await findOptOuts(database.prisma, message.request, erasureKeys);
      await requireErasureKeys(database.prisma, erasureKeys);
      if (optOut === undefined) return undefined;
      const since = optOut.since.toISOString();
      const text = `the recipient opted out of ${optOut.channel} at ${since}`;
      return { state: 'REFUSED', errorClass: 'opted-out', message: text };
    } catch (error) {
      events.databaseFailed(error);
      const text = 'the consent could not be read';
      return { state: 'QUEUED', errorClass: 'unreachable', message: text, pauseMs: settleAgainMs };
    }
  }

  async function request({ id, request: body }: OutboundMessage): Promise<SendTry> {
    const { message, message_metadata: metadata } = body;
    try {
      if (message === undefined) throw new TypeError('a message without content was claimed');
      const marked = { ...body, message, message_metadata: markMetadata(id, metadata) };
      const { message_id: messageId } = await api.messages.send(marked);
      return { kind: 'accepted', messageId };
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  /** Writes it, for as long as the database is down. */
  async function settle(
    write: () => Promise<OutboundState | undefined>,
  ): Promise<OutboundState | undefined> {
    for (let tries = 1; ; ) {
      try {
        return await write();
      } catch (error) {
        events.databaseFailed(error);
        const isDown = classifyFailure(error) === 'infrastructure';
        if (hasGivenUp || (!isDown && tries >= maxSettleTries)) return undefined;
        if (!isDown) tries += 1;
        await sleep(settleAgainMs);
      }
    }
  }

  return Object.assign(send, {
    giveUp() {
      hasGivenUp = true;
    },
  });
}

function reasonOf(
  settlement: Settlement | 'not-ours',
): Pick<SendFacts, 'messageId' | 'errorClass' | 'error'> {
  if (settlement === 'not-ours') return { error: 'its hold ran out before its request' };
  if (settlement.state === 'SENT') return { messageId: settlement.messageId };
  return { errorClass: settlement.errorClass, error: settlement.message };
}
