/** The result of one HTTP request, whatever it is. No request throws. */
export type Exchange =
  /** A whole answer, of any status. */
  | ({ readonly kind: 'answered'; readonly text: string } & AnswerHead)
  /** An answer of which only the head arrived, or whose body is longer than the bound. */
  | ({ readonly kind: 'broken'; readonly cause: 'cut' | 'too-long' } & AnswerHead)
  /** No answer. */
  | {
      readonly kind: 'unanswered';
      /** True from the moment at which the first byte of the request may have left. */
      readonly isWritten: boolean;
      /** The code of the error, such as `ECONNREFUSED`. It holds nothing of the request. */
      readonly reason: string;
    };

export interface AnswerHead {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
}

/** Checks for a 2xx, with a readable body or without. */
export function isAccepted(exchange: Exchange): boolean {
  return exchange.kind !== 'unanswered' && exchange.status >= 200 && exchange.status < 300;
}
