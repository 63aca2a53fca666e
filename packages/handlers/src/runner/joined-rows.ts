import {
  type KnownTrigger,
  normaliseIdentity,
  type SinchEvent,
  subjectOf,
} from '@sinch-callbacks/core';
import type { Database, ErasureKeys } from '@sinch-callbacks/db';
import { requireErasureKeys } from '@sinch-callbacks/outbound';

/** The rows that this event, and all others about the same, have led to so far. */
export interface JoinedRows {
  /** The message that the event is about, with its latest status. */
  message(): Promise<MessageRow | undefined>;
  conversation(): Promise<ConversationRow | undefined>;
  /** The contact after merges. */
  contact(): Promise<ContactRow | undefined>;
  /**
   * The consent of the event's identity on its channel; absent while Sinch reported none. What was
   * said before an erasure counts too.
   * @throws MissingErasureKeyError without ERASURE_KEY once anyone was erased, and
   *   WrongErasureKeyError with another one.
   */
  consent(): Promise<ConsentRow | undefined>;
}

type Prisma = Database['prisma'];
export type MessageRow = NonNullable<Awaited<ReturnType<Prisma['message']['findUnique']>>>;
export type ConversationRow = NonNullable<
  Awaited<ReturnType<Prisma['conversation']['findUnique']>>
>;

/** A contact with all that was merged into it. */
export interface ContactRow {
  readonly contactId: string;
  readonly displayName: string | null;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly metadata: string | null;
  readonly language: string | null;
  readonly identities: readonly {
    readonly channel: string;
    readonly identity: string;
  }[];
  readonly mergedContactIds: readonly string[];
  readonly deletedAt: Date | null;
}

export interface ConsentRow {
  readonly state: 'OPTED_IN' | 'OPTED_OUT';
  readonly since: Date;
}

/**
 * Reads the rows of an event on request.
 * @param keys find the consents of people who were erased.
 */
export function joinedRowsOf(
  { prisma }: Pick<Database, 'prisma'>,
  event: SinchEvent,
  keys: ErasureKeys | undefined,
): JoinedRows {
  const { conversationId, contactId, channel, identity } = subjectOf(event);
  const messageId = messageIdOf(event);
  return {
    async message() {
      if (messageId === undefined) return undefined;
      return (
        (await prisma.message.findUnique({ where: { sinchMessageId: messageId } })) ?? undefined
      );
    },
    async conversation() {
      if (conversationId === undefined) return undefined;
      const where = { sinchConversationId: conversationId };
      return (await prisma.conversation.findUnique({ where })) ?? undefined;
    },
    async contact() {
      if (contactId === undefined) return undefined;
      const rows = await prisma.$queryRaw<ContactRow[]>`
        SELECT contact_id AS "contactId", display_name AS "displayName", email,
          external_id AS "externalId", metadata, language, identities,
          merged_contact_ids AS "mergedContactIds", deleted_at AS "deletedAt"
        FROM contact_current WHERE contact_id = coalesce(
          (SELECT root_id FROM contact_root WHERE contact_id = ${contactId}), ${contactId})`;
      return rows[0];
    },
    async consent() {
      if (channel === undefined || identity === undefined) return undefined;
      const normalised = normaliseIdentity(channel, identity);
      const erased = keys?.erasedSpelling(normalised) ?? normalised;
      // The latest word counts. Out wins ties.
      const rows = await prisma.$queryRaw<ConsentRow[]>`
        SELECT state, since FROM consent_current
        WHERE app_id = ${event.appId ?? ''} AND channel = ${channel}
          AND identity IN (${normalised}, ${erased})
        ORDER BY since DESC, state DESC LIMIT 1`;
      await requireErasureKeys(prisma, keys);
      return rows[0];
    },
  };
}

/** The triggers whose entity is a message. */
const aboutMessages: ReadonlySet<string> = new Set<KnownTrigger>([
  'MESSAGE_INBOUND',
  'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION',
  'MESSAGE_SUBMIT',
  'MESSAGE_DELIVERY',
  'SMART_CONVERSATIONS',
]);

function messageIdOf({ trigger, entityId }: SinchEvent): string | undefined {
  return aboutMessages.has(trigger) ? entityId : undefined;
}
