import { createRandom } from '@sinch-callbacks/simulator';
import type { Target } from '../open-target.ts';
import { type FuzzRequest, generateRequest, type RequestKind } from './generate-request.ts';
import { type Exchange, sendRequest } from './send-request.ts';

/** Sums of the requests and their answers. */
export interface Outcomes {
  requests: number;
  readonly byStatus: Map<number | 'none', number>;
  readonly byKind: Map<RequestKind, Map<number | 'none', number>>;
  /** Digests of all bodies that were validly signed, sent whole or not. */
  readonly signed: Set<string>;
  /** Digests of those that were answered 200. */
  readonly acknowledged: Set<string>;
  /** The first wrong answers, each with the number of its request. */
  readonly wrong: string[];
  wrongCount: number;
  worstMs: number;
}

export interface CampaignOptions {
  readonly seed: string;
  readonly from: number;
  readonly count: number;
  readonly connections: number;
}

const maxShown = 30;

export function noOutcomes(): Outcomes {
  return {
    requests: 0,
    byStatus: new Map(),
    byKind: new Map(),
    signed: new Set(),
    acknowledged: new Set(),
    wrong: [],
    wrongCount: 0,
    worstMs: 0,
  };
}

/** Sends requests number `from` and up, as many at once as there are connections. */
export async function runCampaign(
  { port, secrets }: Target,
  { seed, from, count, connections }: CampaignOptions,
  outcomes: Outcomes,
): Promise<void> {
  let next = from;
  async function lane(): Promise<void> {
    while (next < from + count) {
      const n = next;
      next += 1;
      // Each request has its own generator, so that it is the same in any order.
      const request = generateRequest(createRandom(`${seed}/${n}`), n, secrets);
      for (const digest of request.signed) outcomes.signed.add(digest);
      note(outcomes, n, request, await sendRequest(port, request));
    }
  }
  await Promise.all(Array.from({ length: connections }, lane));
}

function note(outcomes: Outcomes, n: number, request: FuzzRequest, result: Exchange): void {
  const { kind, accepted, signed } = request;
  const statuses = result.statuses.length === 0 ? (['none'] as const) : result.statuses;
  const ofKind = outcomes.byKind.get(kind) ?? new Map<number | 'none', number>();
  outcomes.byKind.set(kind, ofKind);
  for (const status of statuses) {
    outcomes.byStatus.set(status, (outcomes.byStatus.get(status) ?? 0) + 1);
    ofKind.set(status, (ofKind.get(status) ?? 0) + 1);
  }
  outcomes.requests += 1;
  outcomes.worstMs = Math.max(outcomes.worstMs, Math.round(result.durationMs));
  if (accepted !== undefined && isAll200(result, accepted)) {
    for (const digest of signed) outcomes.acknowledged.add(digest);
  }
  const fault = faultOf(request, result);
  if (fault === undefined) return;
  outcomes.wrongCount += 1;
  if (outcomes.wrong.length < maxShown) outcomes.wrong.push(`#${n} ${kind}: ${fault}`);
}

function isAll200({ statuses }: Exchange, count: number): boolean {
  return statuses.length === count && statuses.every((status) => status === 200);
}

function faultOf({ accepted }: FuzzRequest, result: Exchange): string | undefined {
  const said = result.statuses.join(', ') || 'nothing';
  if (result.isSilent) return `neither an answer nor an end; ${said}`;
  if (result.statuses.some((status) => status >= 500)) return `answered ${said}`;
  if (accepted === undefined) return result.statuses.includes(200) ? 'answered 200' : undefined;
  return isAll200(result, accepted) ? undefined : `answered ${said}, not 200 ${accepted} times`;
}
