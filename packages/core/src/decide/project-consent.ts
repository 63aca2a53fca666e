import * as z from 'zod';
import { factsOf } from './facts.ts';
import { text } from './fields.ts';
import type { Projection, ProjectionInput } from './projection.ts';
import { stampOf } from './stamp.ts';

const consentNotification = z.object({
  contact_id: text,
  channel: text,
  identity: text,
  status: text,
});

/**
 * OPT_IN and OPT_OUT: whether this contact may be written to at this identity.
 *
 * The top-level key says which of the two it is; Sinch's own samples contradict it in `status`,
 * so of that only "failed" is read, and a failed request changes nothing. Latest wins; at the
 * very same instant the opt-out does, because writing to someone who left is the worse error.
 */
export function projectConsent(
  input: ProjectionInput,
  state: 'OPTED_IN' | 'OPTED_OUT',
): Projection {
  const body = consentNotification.parse(input.section);
  if (body.channel === undefined) return { kind: 'incomplete', missing: 'channel' };
  if (body.contact_id === undefined && body.identity === undefined) {
    return { kind: 'incomplete', missing: 'contact_id or identity' };
  }
  if (body.status?.endsWith('_FAILED')) return { kind: 'facts', facts: factsOf({}) };
  const at = input.eventTime ?? input.acceptedTime;
  const stamp = stampOf(0, at, input.key);
  const tieBreak = state === 'OPTED_OUT' ? '1' : '0';
  const afterTime = stamp.lastIndexOf('.') + 1;
  return {
    kind: 'facts',
    facts: factsOf({
      consents: [
        {
          appId: input.appId ?? '',
          contactId: body.contact_id ?? '',
          channel: body.channel,
          identity: body.identity ?? '',
          consent: {
            state,
            at: at?.iso,
            stamp: stamp.slice(0, afterTime) + tieBreak + stamp.slice(afterTime),
          },
        },
      ],
    }),
  };
}
