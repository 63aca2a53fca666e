import { type CallbackEvent, decideEvent, type Facts } from '@sinch-callbacks/core';
import type { Database } from '@sinch-callbacks/db';

type Prisma = Database['prisma'];
type Transaction = Parameters<Parameters<Prisma['$transaction']>[0]>[0];
type Decided = Extract<ReturnType<typeof decideEvent>, { kind: 'apply' }>;

/** Prisma's codes for two upserts of the same new row, and for a deadlock. */
const conflicts = new Set(['P2002', 'P2034']);
const maxTries = 20;

/** One event's rows in one interactive transaction; a conflict is tried again at once. */
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
  const { envelope, facts, trigger, entityId = null, payloadJson } = decision;
  await tx.callbackEvent.create({
    data: {
      eventKey: event.key,
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
      payload: JSON.parse(payloadJson) as object,
    },
  });
  await writeSurroundings(tx, event.receivedAt, facts);
  await writeMessage(tx, event.receivedAt, facts);
  for (const fact of facts.messageStatuses) {
    await tx.messageStatus.create({
      data: {
        eventKey: event.key,
        sinchMessageId: fact.sinchMessageId,
        status: fact.status,
        channel: fact.channel ?? null,
        eventTime: fact.eventTime ?? null,
        reasonCode: fact.reasonCode ?? null,
        reasonDescription: fact.reasonDescription ?? null,
      },
    });
  }
}

async function writeMessage(tx: Transaction, receivedAt: string, facts: Facts): Promise<void> {
  for (const { sinchMessageId, status, ...fact } of facts.messages) {
    const content = fact.content && { content: JSON.parse(fact.content.json) as object };
    await tx.message.upsert({
      where: { sinchMessageId },
      create: {
        sinchMessageId,
        appId: fact.appId ?? null,
        conversationId: fact.conversationId ?? null,
        contactId: fact.contactId ?? null,
        channel: fact.channel?.channel ?? null,
        channelIdentity: fact.channel?.identity ?? null,
        direction: fact.direction ?? null,
        ...content,
        createdAt: receivedAt,
        lastUpdatedAt: receivedAt,
      },
      update: { ...content, lastUpdatedAt: receivedAt },
    });
    if (status === undefined) continue;
    // A late report must not overwrite a better one.
    await tx.message.updateMany({
      where: { sinchMessageId, OR: [{ statusStamp: null }, { statusStamp: { lt: status.stamp } }] },
      data: {
        status: status.status,
        statusRank: status.rank,
        statusAt: status.at ?? null,
        statusStamp: status.stamp,
      },
    });
  }
}

async function writeSurroundings(tx: Transaction, receivedAt: string, facts: Facts): Promise<void> {
  for (const { sinchContactId, profile } of facts.contacts) {
    const known = profile && {
      displayName: profile.displayName ?? null,
      email: profile.email ?? null,
      language: profile.language ?? null,
    };
    await tx.contact.upsert({
      where: { sinchContactId },
      create: { sinchContactId, ...known, createdAt: receivedAt },
      update: { ...known },
    });
  }
  for (const { sinchConversationId, appId, contactId, state } of facts.conversations) {
    await tx.conversation.upsert({
      where: { sinchConversationId },
      create: {
        sinchConversationId,
        appId: appId ?? null,
        contactId: contactId ?? null,
        state: state?.state ?? null,
        createdAt: receivedAt,
        lastUpdatedAt: receivedAt,
      },
      update: { ...(state && { state: state.state }), lastUpdatedAt: receivedAt },
    });
  }
}
