import type { SinchOptions } from '@sinch-callbacks/simulator';
import type { Wave } from '../plan/plan-wave.ts';

/** A callback that Sinch has to deliver: an event, or a copy of one. */
export interface OfferedCallback {
  readonly callback: string;
  readonly eventKey: string;
}

/** One request and its answer. */
export interface RequestSeen extends OfferedCallback {
  /** The number of the try of this callback, from 1. */
  readonly number: number;
  /** The status of the answer; `undefined` without an answer. */
  readonly status: number | undefined;
}

/** Everything that Sinch sent, and the answers that it received. */
export interface RequestLog {
  readonly offered: readonly OfferedCallback[];
  readonly requests: readonly RequestSeen[];
  /** Callbacks answered with 2xx so far. */
  acknowledged(): number;
  /** Records the callbacks of a round; returns the listener for their requests. */
  open(round: number, wave: Wave): NonNullable<SinchOptions['onSettled']>;
}

export function createRequestLog(): RequestLog {
  const offered: OfferedCallback[] = [];
  const requests: RequestSeen[] = [];
  let acknowledged = 0;
  return {
    offered,
    requests,
    acknowledged: () => acknowledged,
    open(round, { offers }) {
      const nameOf = (index: number) => `${round}.${index}`;
      for (const [index, { event }] of offers.entries()) {
        offered.push({ callback: nameOf(index), eventKey: event.key });
      }
      return ({ callback, event, number }, answer) => {
        const status = answer.kind === 'answered' ? answer.status : undefined;
        if (isAcknowledgement(status)) acknowledged += 1;
        requests.push({ callback: nameOf(callback), eventKey: event.key, number, status });
      };
    },
  };
}

export function isAcknowledgement(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status <= 299;
}
