import type { Violation } from './reconcile.ts';

/** Both ends of sending, after all work is done. */
export interface OutboundEvidence {
  /** The keys of messages that were queued, by code and by handlers. */
  readonly asked: readonly string[];
  readonly rows: readonly OutboundRow[];
  /** What phones received. */
  readonly received: readonly ReceivedMessage[];
  /** Ids of messages with an applied submit or report. */
  readonly reported: ReadonlySet<string>;
}

export interface OutboundRow {
  readonly id: string;
  readonly key: string;
  readonly state: string;
  /** Sinch's id, where it is known. */
  readonly messageId: string | null;
}

export interface ReceivedMessage {
  readonly messageId: string;
  /** The id of the row in its marker, where it has one. */
  readonly outboundId: string | undefined;
}

export interface OutboundComparison {
  readonly rows: number;
  readonly sent: number;
  readonly uncertain: number;
  readonly atPhones: number;
  /** Messages that are at a phone more than once. */
  readonly sentTwice: readonly Violation[];
  /** Messages at a phone that no row is about. */
  readonly sentUnasked: readonly Violation[];
  /** Messages that were queued and are in no row, and rows that were not asked for. */
  readonly outboundLost: readonly Violation[];
  /** Rows whose state is not final, or not what happened. */
  readonly outboundWrong: readonly Violation[];
}

const finalStates = new Set(['SENT', 'REFUSED', 'UNCERTAIN']);

/** Compares what was asked for, the rows and the phones. Pure. */
export function reconcileOutbound(evidence: OutboundEvidence): OutboundComparison {
  const { asked, rows, received } = evidence;
  const byMarker = Map.groupBy(received, ({ outboundId }) => outboundId ?? '');
  const [ids, keys] = [new Set(rows.map(({ id }) => id)), new Set(rows.map(({ key }) => key))];
  const expected = new Set(asked);
  const count = (wanted: string) => rows.filter(({ state }) => state === wanted).length;
  return {
    rows: rows.length,
    sent: count('SENT'),
    uncertain: count('UNCERTAIN'),
    atPhones: received.length,
    sentTwice: [...byMarker]
      .filter(([id, messages]) => id !== '' && messages.length > 1)
      .map(([id, messages]) => violation(id, `at a phone ${messages.length} times`)),
    sentUnasked: received
      .filter(({ outboundId = '' }) => !ids.has(outboundId))
      .map(({ messageId }) => violation(messageId, 'at a phone, and no row is about it')),
    outboundLost: [
      ...asked
        .filter((key) => !keys.has(key))
        .map((key) => violation(key, 'queued, and in no row')),
      ...rows
        .filter(({ key }) => !expected.has(key))
        .map(({ key }) => violation(key, 'in a row, and not asked for')),
    ],
    outboundWrong: rows.flatMap((row) =>
      whyWrong(row, byMarker.get(row.id)?.[0], evidence.reported).map((why) =>
        violation(row.id, `${row.state}: ${why}`),
      ),
    ),
  };
}

function whyWrong(
  { state, messageId }: OutboundRow,
  atPhone: ReceivedMessage | undefined,
  reported: ReadonlySet<string>,
): string[] {
  if (!finalStates.has(state)) return ['it is not settled'];
  if (state === 'SENT') {
    if (atPhone === undefined) return ['it is at no phone'];
    const isOther = messageId !== null && messageId !== atPhone.messageId;
    return isOther ? ['it names another message than that at the phone'] : [];
  }
  if (atPhone === undefined) return [];
  if (state === 'REFUSED') return ['it is at a phone'];
  return reported.has(atPhone.messageId) ? ['it is at a phone, and its reports were applied'] : [];
}

function violation(name: string, why: string): Violation {
  return { eventKey: `outbound ${name}`, why };
}
