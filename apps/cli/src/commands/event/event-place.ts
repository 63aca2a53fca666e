import type { StoredEventSummary } from '@sinch-callbacks/db';
import type { FoundJob } from '@sinch-callbacks/queue';
import { factLines, oneLine, showInstant, tableLines } from '../../terminal/format.ts';

/** A place that holds an event, or has held it. */
export type EventPlace =
  /** The queue, or the one on Postgres that takes events while Redis is down. */
  | ({ readonly place: 'queue' | 'fallback' } & FoundJob)
  | ({ readonly place: 'database' } & StoredEventSummary)
  | {
      readonly place: 'rejected';
      /** The id for `callbacks rejected show`. */
      readonly id: string;
      readonly eventKey: string;
      readonly cause: string;
      readonly receivedAt: Date;
    };

/** A place that did not answer. */
export interface NotAsked {
  readonly place: string;
  readonly reason: string;
}

/** The answers, for people. The first that applies to an event counts. */
const whereabouts = {
  applied: 'applied: its rows are written',
  queue: 'on the queue',
  fallback: 'on the fallback queue on Postgres',
  unhandled: 'stored as unhandled: this release does not support its kind',
  dead: 'a dead letter',
  rejected: 'rejected: its signature did not verify',
  closed: 'a dead letter that was closed without being applied',
  pruned: 'pruned: it was stored once, and only its guard is left',
  nowhere: 'nowhere: it never came, or its traces were removed',
  unknown: 'not known: not every place could be asked',
} as const;

export type Whereabouts = keyof typeof whereabouts;

/** Names where the event is now. Of several places, the first in {@link whereabouts} counts. */
export function whereaboutsOf(
  places: readonly EventPlace[],
  notAsked: readonly NotAsked[],
): Whereabouts {
  const found = new Set<string | undefined>(places.map(placeOf));
  const first = Object.keys(whereabouts).find((place) => found.has(place));
  if (isWhereabouts(first)) return first;
  return notAsked.length > 0 ? 'unknown' : 'nowhere';
}

function isWhereabouts(text: string | undefined): text is Whereabouts {
  return text !== undefined && text in whereabouts;
}

function placeOf(found: EventPlace): Whereabouts | undefined {
  switch (found.place) {
    case 'queue':
    case 'fallback':
      // Where the database cannot be read, the copy shows that the event is a dead letter.
      if (found.lane === 'dead') return 'dead';
      return found.state === 'finished' ? undefined : found.place;
    case 'database':
      return storedPlace(found);
    case 'rejected':
      return 'rejected';
  }
}

function storedPlace({ state, letter }: StoredEventSummary): Whereabouts {
  switch (state) {
    case 'APPLIED':
      return 'applied';
    case 'UNHANDLED':
      return 'unhandled';
    case 'DEAD':
      return letter?.resolvedAt === undefined ? 'dead' : 'closed';
    case 'PRUNED':
      return 'pruned';
  }
}

const laneNames = { live: 'live lane', replay: 'replay lane', dead: 'dead letters' } as const;

/** Formats where an event is: the answer, then a line for each place that holds it. */
export function eventLines(key: string, now: Whereabouts, places: readonly EventPlace[]): string[] {
  const facts = factLines({ event: oneLine(key), now: whereabouts[now] });
  if (places.length === 0) return facts;
  return [...facts, '', ...tableLines(['PLACE', 'STATE', 'SINCE', 'MORE'], places.map(rowOf))];
}

function rowOf(found: EventPlace): string[] {
  switch (found.place) {
    case 'queue':
    case 'fallback': {
      const { lane, partition, replay, state, attempts, queuedAt } = found;
      const facts = [
        lane === 'live' ? `partition ${partition}` : undefined,
        replay > 0 ? `replay ${replay}` : undefined,
        attempts > 0 ? `failed attempts: ${attempts}` : undefined,
      ];
      const where = `${found.place === 'queue' ? 'queue' : 'fallback queue'}, ${laneNames[lane]}`;
      return [where, lane === 'dead' ? 'copy' : state, showInstant(queuedAt), listed(facts)];
    }
    case 'database': {
      const { state, origin, receivedAt, appliedAt, letter } = found;
      const facts = [
        origin === 'RECONCILED' ? 'reconciled: made of what Sinch keeps' : undefined,
        letter?.errorClass,
        letter && letter.replays > 0 ? `replays: ${letter.replays}` : undefined,
        letter?.resolvedAt && `letter closed ${showInstant(letter.resolvedAt)}`,
      ];
      const shown = state === 'DEAD' ? `dead, ${letter?.resolution ?? 'open'}` : state;
      const since = appliedAt ?? letter?.deadAt ?? receivedAt;
      return ['database', shown.toLowerCase(), showInstant(since), listed(facts)];
    }
    case 'rejected': {
      const { id, cause, receivedAt } = found;
      return ['rejected callbacks', oneLine(cause), showInstant(receivedAt), oneLine(id)];
    }
  }
}

function listed(facts: readonly (string | undefined)[]): string {
  return facts.filter((fact) => fact !== undefined).join(', ') || '-';
}
