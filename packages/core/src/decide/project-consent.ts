import { factsOf, namedContact } from './facts.ts';
import type { Project } from './projection.ts';
import { stampOf } from './stamp.ts';

/** The second number settles two decisions of the very same instant. */
const decisions = {
  OPT_IN: { state: 'OPTED_IN', tieBreak: '0' },
  OPT_OUT: { state: 'OPTED_OUT', tieBreak: '1' },
} as const;

/**
 * OPT_IN and OPT_OUT: whether this contact may be written to at this identity.
 *
 * The top-level key says which of the two it is; Sinch's own samples contradict it in `status`,
 * so of that only "failed" is read, and a failed request changes nothing. Latest wins; at the
 * very same instant the opt-out does, because writing to someone who left is the worse error.
 */
export const projectConsent: Project<keyof typeof decisions> = (event, { key, at }) => {
  const { channel, identity, contact_id: contactId, status } = event.body;
  if (channel === undefined) return { kind: 'incomplete', missing: 'channel' };
  if (contactId === undefined && identity === undefined) {
    return { kind: 'incomplete', missing: 'contact_id or identity' };
  }
  if (status?.endsWith('_FAILED')) return { kind: 'facts', facts: factsOf({}) };
  const { state, tieBreak } = decisions[event.trigger];
  const stamp = stampOf(0, at, key);
  const afterTime = stamp.lastIndexOf('.') + 1;
  return {
    kind: 'facts',
    facts: factsOf({
      consents: [
        {
          appId: event.appId ?? '',
          contactId: contactId ?? '',
          channel,
          identity: identity ?? '',
          consent: {
            state,
            at: at?.iso,
            stamp: stamp.slice(0, afterTime) + tieBreak + stamp.slice(afterTime),
          },
        },
      ],
      contacts: namedContact(contactId),
    }),
  };
};

/** CAPABILITY: what a channel can do for an identity. The latest answer wins. */
export const projectCapability: Project<'CAPABILITY'> = ({ appId, body }, { key, at }) => {
  const { channel, identity, contact_id: contactId } = body;
  if (channel === undefined) return { kind: 'incomplete', missing: 'channel' };
  if (contactId === undefined && identity === undefined) {
    return { kind: 'incomplete', missing: 'contact_id or identity' };
  }
  return {
    kind: 'facts',
    facts: factsOf({
      capabilities: [
        {
          appId: appId ?? '',
          contactId: contactId ?? '',
          channel,
          identity: identity ?? '',
          capability: {
            status: body.capability_status ?? 'CAPABILITY_UNKNOWN',
            channelCapabilities: body.channel_capabilities ?? [],
            reasonCode: body.reason?.code,
            at: at?.iso,
            stamp: stampOf(0, at, key),
          },
        },
      ],
      contacts: namedContact(contactId),
    }),
  };
};
