import type { SinchOptions } from '@sinch-callbacks/simulator';
import type { Wave } from '../plan/plan-wave.ts';

/** A callback that Sinch had to deliver: an event, or a copy of one. */
export interface OfferedCallback {
  readonly callback: string;
  readonly eventKey: string;
}

/** One request, and what came back. */
export interface RequestSeen extends OfferedCallback {
  /** From 1: which try of this callback it is. */
  readonly number: number;
  /** Absent when no answer came. */
  readonly status: number | undefined;
}

/** Everything that Sinch sent, as its side of the wire saw it. */
export interface RequestLog {
  readonly offered: readonly OfferedCallback[];
  readonly requests: readonly RequestSeen[];
  /** Callbacks answered with 2xx so far. */
  acknowledged(): number;
  /** Takes the callbacks of a round down; returns what is to hear of their requests. */
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
