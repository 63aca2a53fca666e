import { factLines, tableLines } from '../../terminal/table.ts';
import { oneLine, showInstant } from '../../terminal/text.ts';
import { type EventPlace, type Whereabouts, whereabouts } from './event-place.ts';

/** Where an event is, for people: the answer, then a line for each place that holds it. */
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
      const { state, receivedAt, appliedAt, letter } = found;
      const facts = letter && [
        letter.errorClass,
        letter.replays > 0 ? `replays: ${letter.replays}` : undefined,
        letter.resolvedAt && `letter closed ${showInstant(letter.resolvedAt)}`,
      ];
      const shown = state === 'DEAD' ? `dead, ${letter?.resolution ?? 'open'}` : state;
      const since = appliedAt ?? letter?.deadAt ?? receivedAt;
      return ['database', shown.toLowerCase(), showInstant(since), listed(facts ?? [])];
    }
    case 'rejected': {
      const { id, cause, receivedAt } = found;
      return ['rejected callbacks', oneLine(cause), showInstant(receivedAt), oneLine(id)];
    }
  }
}

const laneNames = { live: 'live lane', replay: 'replay lane', dead: 'dead letters' } as const;

function listed(facts: readonly (string | undefined)[]): string {
  return facts.filter((fact) => fact !== undefined).join(', ') || '-';
}
