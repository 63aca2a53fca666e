import { hash } from 'node:crypto';
import type { ConsentEventFact } from '../../facts/contact-facts.ts';
import { factsOf, namedContact } from '../../facts/facts.ts';
import { stampOf } from '../../facts/stamp.ts';
import type { Project } from '../projection.ts';
import { identityFields, usedIdentity } from '../related-facts.ts';

const keyDigits = 32;

/**
 * Projects OPT_IN and OPT_OUT: one consent event, about an identity or about all identities of a
 * contact. A query decides later which events count.
 */
export const projectConsent: Project<ConsentEventFact['kind']> = (event, context) => {
  const { trigger: kind, body, appId = '' } = event;
  const { channel, contact_id: contactId, status, request_id: requestId } = body;
  if (channel === undefined) return { kind: 'incomplete', missing: 'channel' };
  if (contactId === undefined && body.identity === undefined) {
    return { kind: 'incomplete', missing: 'contact_id or identity' };
  }
  const { at, reference, nonce } = context;
  const { identity, channelIdentity } = identityFields(channel, body.identity);
  const effect = effectOf(kind, status);
  const about = [appId, channel, identity, contactId, kind, status, requestId ?? at?.text];
  const consent: ConsentEventFact = {
    consentKey: hash('sha256', JSON.stringify(about), 'hex').slice(0, keyDigits),
    appId,
    contactId,
    channel,
    identity,
    channelIdentity,
    kind,
    status,
    effect,
    requestId,
    timeText: at?.text,
    happenedAt: at?.instant?.iso,
    orderAt: (at?.order ?? reference).iso,
    repeatedAt: effect === 'OUT' && at === undefined ? reference.iso : undefined,
    nonce,
  };
  return {
    kind: 'facts',
    facts: factsOf({
      consentEvents: [consent],
      contacts: namedContact(contactId),
      contactIdentities: usedIdentity(contactId, { channel, identity, channelIdentity }),
    }),
  };
};

/**
 * Determines the effect of a consent event. The top-level key gives the direction; Sinch's own
 * samples contradict it in `status`. Only two things of `status` are read. A failed request changes
 * nothing, and an unspecified one grants nothing: writing to a person who opted out is the worse
 * error.
 */
function effectOf(kind: ConsentEventFact['kind'], status = ''): ConsentEventFact['effect'] {
  if (status.endsWith('_FAILED')) return undefined;
  if (kind === 'OPT_OUT') return 'OUT';
  return status.includes('UNSPECIFIED') ? undefined : 'IN';
}

/** Projects CAPABILITY: the capabilities of a channel for an identity. The latest answer wins. */
export const projectCapability: Project<'CAPABILITY'> = ({ appId, body }, { key, at }) => {
  const { channel, contact_id: contactId } = body;
  if (channel === undefined) return { kind: 'incomplete', missing: 'channel' };
  if (contactId === undefined && body.identity === undefined) {
    return { kind: 'incomplete', missing: 'contact_id or identity' };
  }
  const { identity, channelIdentity } = identityFields(channel, body.identity);
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
            channelIdentity,
            status: body.capability_status ?? 'CAPABILITY_UNKNOWN',
            channelCapabilities: body.channel_capabilities ?? [],
            reasonCode: body.reason?.code,
            at: at?.instant?.iso,
            stamp: stampOf({ at: at?.order }, key),
          },
        },
      ],
      contacts: namedContact(contactId),
      contactIdentities: usedIdentity(contactId, { channel, identity, channelIdentity }),
    }),
  };
};
