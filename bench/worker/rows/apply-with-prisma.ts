import {
  type CallbackEvent,
  decideEvent,
  digestOfEventKey,
  type Facts,
} from '@sinch-callbacks/core';
import type { Database } from '@sinch-callbacks/db';

type Prisma = Database['prisma'];
type Transaction = Parameters<Parameters<Prisma['$transaction']>[0]>[0];
type Decided = Extract<ReturnType<typeof decideEvent>, { kind: 'apply' }>;

/** Prisma's codes for two upserts of the same new row, and for a deadlock. */
const conflicts = new Set(['P2002', 'P2034']);
const maxTries = 20;

/** Writes one event's rows in one interactive transaction; retries a conflict at once. */
export async function applyWithPrisma(prisma: Prisma, event: CallbackEvent): Promise<void> {
  const decision = decideEvent(event);
  if (decision.kind !== 'apply') throw new Error('an event that cannot be applied');
  for (let tries = 1; ; tries += 1) {
    try {
      await prisma.$transaction(async (tx) => await writeRows(tx, event, decision));
      return;
    } catch (error) {
      const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
      if (tries === maxTries || typeof code !== 'string' || !conflicts.has(code)) throw error;
    }
  }
}

async function writeRows(tx: Transaction, event: CallbackEvent, decision: Decided): Promise<void> {
  const { envelope, facts, trigger, entityId = null } = decision;
  const eventDigest = Buffer.from(digestOfEventKey(event.key), 'hex');
  await tx.eventGuard.create({ data: { eventDigest, receivedAt: event.receivedAt } });
  await tx.callbackEvent.create({
    data: {
      eventDigest,
      kept: false,
      trigger,
      entityId,
      projectId: envelope.projectId ?? null,
      appId: envelope.appId ?? null,
      acceptedTime: envelope.acceptedTime ?? null,
      eventTime: envelope.eventTime ?? null,
      receivedAt: event.receivedAt,
      appliedAt: new Date(),
      state: 'APPLIED',
      attempts: 1,
      rawBody: event.rawBody.text,
    },
  });
  await writeContactsAndConversations(tx, event.receivedAt, facts);
  await writeMessage(tx, event.receivedAt, facts);
  for (const fact of facts.messageStatuses) {
    await tx.messageStatus.create({
      data: {
        eventDigest,
        receivedAt: event.receivedAt,
        sinchMessageId: fact.sinchMessageId,
        status: fact.status,
        rank: fact.rank,
        channel: fact.channel ?? null,
        eventTime: fact.eventTime ?? null,
        reasonCode: fact.reasonCode ?? null,
        reasonDescription: fact.reasonDescription ?? null,
      },
    });
  }
}

async function writeMessage(tx: Transaction, receivedAt: string, facts: Facts): Promise<void> {
  for (const { sinchMessageId, overallStatus, ...fact } of facts.messages) {
    const content = fact.content && { content: JSON.parse(fact.content.json) as object };
    await tx.message.upsert({
      where: { sinchMessageId },
      create: {
        sinchMessageId,
        appId: fact.appId ?? null,
        conversationId: fact.conversationId ?? null,
        contactId: fact.contactId ?? null,
        channel: overallStatus?.channel ?? null,
        channelIdentity: overallStatus?.channelIdentity ?? null,
        direction: fact.direction ?? null,
        ...content,
        createdAt: receivedAt,
        happenedAt: fact.happenedAt,
        updatedAt: receivedAt,
      },
      update: { ...content, updatedAt: receivedAt },
    });
    if (overallStatus === undefined) continue;
    const { status = null, statusRank, statusAt = null, channel = null, stamp } = overallStatus;
    // A late report must not overwrite a better one.
    await tx.message.updateMany({
      where: { sinchMessageId, ...rankedBelow(statusRank, channel) },
      data: { status, statusRank, statusAt, channel, statusStamp: Buffer.from(stamp, 'hex') },
    });
  }
}

/** Ranks of SWITCHING_CHANNEL, and of QUEUED_ON_CHANNEL, which it follows on its own channel. */
const [switching, queued] = [15, 20];

function rankedBelow(rank: number, channel: string | null) {
  const nothing = { statusRank: null };
  if (rank === switching) {
    return {
      OR: [nothing, { statusRank: { lt: rank } }, { channel, statusRank: { lte: queued } }],
    };
  }
  if (rank !== queued) return { OR: [nothing, { statusRank: { lt: rank } }] };
  const switchedElsewhere = { statusRank: switching, NOT: { channel } };
  return { OR: [nothing, { statusRank: { lt: switching } }, switchedElsewhere] };
}

async function writeContactsAndConversations(
  tx: Transaction,
  receivedAt: string,
  facts: Facts,
): Promise<void> {
  for (const { sinchContactId, profile } of facts.contacts) {
    const columns = profile && {
      displayName: profile.displayName ?? null,
      email: profile.email ?? null,
      language: profile.language ?? null,
    };
    await tx.contact.upsert({
      where: { sinchContactId },
      create: { sinchContactId, ...columns, createdAt: receivedAt },
      update: { ...columns },
    });
  }
  for (const { sinchConversationId, appId, contactId, started } of facts.conversations) {
    await tx.conversation.upsert({
      where: { sinchConversationId },
      create: {
        sinchConversationId,
        appId: appId ?? null,
        contactId: contactId ?? null,
        started,
        createdAt: receivedAt,
        updatedAt: receivedAt,
      },
      update: { ...(started && { started }), updatedAt: receivedAt },
    });
  }
}
