import type { EventKey } from '../events/event-key.ts';
import type { JsonObject } from '../events/recognise.ts';
import type { Facts } from './facts.ts';
import type { Instant } from './instant.ts';

/** What every projection is given: the trigger's own part of the body, and the envelope. */
export interface ProjectionInput {
  readonly key: EventKey;
  /** The value under the trigger's top-level key; an empty object when it is no object. */
  readonly section: JsonObject;
  readonly appId: string | undefined;
  readonly correlationId: string | undefined;
  readonly acceptedTime: Instant | undefined;
  readonly eventTime: Instant | undefined;
  readonly receivedAt: string;
}

export type Projection =
  | { readonly kind: 'facts'; readonly facts: Facts }
  /** The event lacks the one field without which no row can be found. */
  | { readonly kind: 'incomplete'; readonly missing: string };
