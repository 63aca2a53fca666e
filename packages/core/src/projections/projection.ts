import type { SinchEventOf } from '../bodies/sinch-event.ts';
import type { EventKey } from '../events/event-key.ts';
import type { KnownTrigger } from '../events/triggers.ts';
import type { Facts } from '../facts/facts.ts';
import type { Moments } from '../facts/moments.ts';

/** The input of a projection beside the event itself. */
export interface ProjectionContext extends Moments {
  readonly key: EventKey;
  /** The nonce of the verified signature; absent when the event comes back from the database. */
  readonly nonce: string | undefined;
  /** True for an event of what Sinch keeps: it yields to the callback that it stands in for. */
  readonly isReconciled: boolean;
}

export type Projection =
  | { readonly kind: 'facts'; readonly facts: Facts }
  /** The event lacks the one field without which no row can be found. */
  | { readonly kind: 'incomplete'; readonly missing: string };

/** Turns events of some triggers into facts. Pure. */
export type Project<T extends KnownTrigger> = (
  event: SinchEventOf<T>,
  context: ProjectionContext,
) => Projection;
