import { isAcknowledgement, type OfferedCallback, type RequestSeen } from './request-log.ts';
import type { StoredEvent } from './stored-events.ts';

/** Both ends of the system, after all work is done. */
export interface Evidence {
  readonly offered: readonly OfferedCallback[];
  readonly requests: readonly RequestSeen[];
  /** The number of tries after which Sinch gives up a callback. */
  readonly triesAllowed: number;
  readonly stored: readonly StoredEvent[];
  /** Counts of worker log lines of an applied event, by key. */
  readonly applications: ReadonlyMap<string, number>;
  /** Events that cannot be applied. */
  readonly poisonKeys: ReadonlySet<string>;
}

/** An event that breaks a promise, with the reason. */
export interface Violation {
  readonly eventKey: string;
  readonly why: string;
}

export interface Reconciliation {
  /** Distinct callbacks, by their bodies. */
  readonly callbacks: number;
  /** Distinct callbacks that were answered with 2xx at least once. */
  readonly acknowledged: number;
  readonly applied: number;
  readonly dead: number;
  readonly lost: readonly Violation[];
  readonly doubled: readonly Violation[];
  /** Not acknowledged although Sinch had tries left: a bug of the simulator. */
  readonly abandoned: readonly Violation[];
  /** Not acknowledged in any of Sinch's tries. */
  readonly givenUp: readonly Violation[];
  /** Dead letters of events that could have been applied. */
  readonly deadInVain: readonly Violation[];
}

/** Compares the requests and answers of Sinch with the rows of the database. Pure. */
export function reconcile(evidence: Evidence): Reconciliation {
  const { offered, requests, stored } = evidence;
  const acknowledged = new Set(
    requests.filter(({ status }) => isAcknowledgement(status)).map(({ eventKey }) => eventKey),
  );
  const events = new Map(stored.map((event) => [event.eventKey, event]));
  const settled = [...acknowledged].flatMap((key) => events.get(key) ?? []);
  const dead = settled.filter((event) => event.state === 'DEAD');
  const unanswered = judgeUnanswered(evidence);
  return {
    callbacks: new Set(offered.map(({ eventKey }) => eventKey)).size,
    acknowledged: acknowledged.size,
    applied: settled.length - dead.length,
    dead: dead.length,
    lost: [
      ...[...acknowledged].flatMap((key) => whyLost(key, events.get(key))),
      ...unanswered.refused.filter(({ eventKey }) => !acknowledged.has(eventKey)),
    ],
    doubled: findDoubled(evidence),
    abandoned: unanswered.abandoned,
    givenUp: unanswered.givenUp.filter(({ eventKey }) => !acknowledged.has(eventKey)),
    deadInVain: dead
      .filter(({ eventKey }) => !evidence.poisonKeys.has(eventKey))
      .map(({ eventKey, openLetter }) => ({ eventKey, why: openLetter ?? 'no open letter' })),
  };
}

function whyLost(eventKey: string, event: StoredEvent | undefined): Violation[] {
  if (event === undefined) return [{ eventKey, why: 'acknowledged, and not stored' }];
  if (event.state === 'DEAD' && !isDeathExplained(event)) {
    return [{ eventKey, why: 'dead, without an open letter that gives the reason' }];
  }
  const isWhole = event.bodyDigest === undefined || eventKey.endsWith(event.bodyDigest);
  return isWhole ? [] : [{ eventKey, why: 'stored with another body than was sent' }];
}

/** Returns true for an open letter, or for one that a redaction closed with the body. */
function isDeathExplained({ openLetter, hasRedactedLetter, bodyDigest }: StoredEvent): boolean {
  return openLetter !== undefined || (hasRedactedLetter && bodyDigest === undefined);
}

interface Unanswered {
  readonly refused: Violation[];
  readonly abandoned: Violation[];
  readonly givenUp: Violation[];
}

/** Checks that the last request of each callback got a final answer. */
function judgeUnanswered({ offered, requests, triesAllowed }: Evidence): Unanswered {
  const last = new Map<string, RequestSeen>();
  for (const request of requests) {
    const known = last.get(request.callback);
    if (known === undefined || known.number < request.number) last.set(request.callback, request);
  }
  const found: Unanswered = { refused: [], abandoned: [], givenUp: [] };
  for (const { callback, eventKey } of offered) {
    const request = last.get(callback);
    if (request === undefined) {
      found.abandoned.push({ eventKey, why: 'never sent' });
      continue;
    }
    const { status, number } = request;
    if (isAcknowledgement(status)) continue;
    if (status !== undefined && status < 500 && status !== 429) {
      found.refused.push({ eventKey, why: `answered with ${status}, which Sinch never repeats` });
    } else if (number >= triesAllowed) {
      found.givenUp.push({ eventKey, why: `not acknowledged in ${number} tries` });
    } else {
      const answer = status ?? 'no answer';
      found.abandoned.push({ eventKey, why: `never sent again after try ${number}: ${answer}` });
    }
  }
  return found;
}

function findDoubled({ stored, applications }: Evidence): Violation[] {
  const rowsOfBody = new Map<string, StoredEvent[]>();
  for (const event of stored) {
    // The key of a redacted body still ends in its digest.
    const body = event.bodyDigest ?? event.eventKey.slice(-32);
    rowsOfBody.set(body, [...(rowsOfBody.get(body) ?? []), event]);
  }
  const twice = [...rowsOfBody.values()]
    .flatMap(([, ...further]) => further)
    .map(({ eventKey }) => ({
      eventKey,
      why: 'the same body is stored under another key as well',
    }));
  const both = stored
    .filter(({ state, openLetter }) => state !== 'DEAD' && openLetter !== undefined)
    .map(({ eventKey }) => ({ eventKey, why: 'applied, and an open dead letter' }));
  const again = [...applications]
    .filter(([, count]) => count > 1)
    .map(([eventKey, count]) => ({ eventKey, why: `workers applied it ${count} times` }));
  return [...twice, ...both, ...again];
}
