import { boundedText, normaliseIdentity, readTypedIdentity } from '@sinch-callbacks/core';
import type { ChannelRecipient, Recipient } from '@sinch-callbacks/sinch-api';
import type { RecipientToSend } from './message-to-send.ts';

/** The identities of one recipient; a person has far fewer. */
const maxIdentities = 20;

/** A recipient as Sinch has it, or the reason why it is none. */
export type ReadRecipient =
  | { readonly kind: 'recipient'; readonly recipient: Recipient }
  | { readonly kind: 'invalid'; readonly problem: string };

const short = /^([A-Z]+):(.+)$/s;

export function readRecipient(to: RecipientToSend): ReadRecipient {
  if (typeof to === 'string') {
    const [, channel, identity] = short.exec(to) ?? [];
    if (channel === undefined || identity === undefined) {
      return {
        kind: 'invalid',
        problem: 'a recipient is CHANNEL:identity, as in SMS:+15551234567',
      };
    }
    return recipientOf([{ channel, identity: identity.trim() }]);
  }
  if ('contactId' in to) {
    if (to.contactId === '') return { kind: 'invalid', problem: 'the contact has no id' };
    return { kind: 'recipient', recipient: { contact_id: to.contactId } };
  }
  return recipientOf('channel' in to ? [to] : [...to]);
}

function recipientOf(identities: ChannelRecipient[]): ReadRecipient {
  if (identities.length === 0 || identities.length > maxIdentities) {
    return { kind: 'invalid', problem: `a recipient has 1 to ${maxIdentities} identities` };
  }
  if (identities.some(({ channel, identity }) => channel === '' || identity === '')) {
    return { kind: 'invalid', problem: 'an identity has no channel or no text' };
  }
  return { kind: 'recipient', recipient: { identified_by: { channel_identities: identities } } };
}

/** An identity in the one spelling that the tables have. */
export interface NormalIdentity {
  readonly channel: string;
  readonly identity: string;
}

/** Returns the identities that a recipient names, in the spelling of the tables. */
export function identitiesOf({ identified_by: by }: Recipient): readonly NormalIdentity[] {
  return (by?.channel_identities ?? []).map(({ channel, identity }) => ({
    channel,
    identity: boundedText(normaliseIdentity(channel, identity)),
  }));
}

/**
 * Returns every identity that a recipient may mean, for the search for an opt-out: `0046…` is no
 * spelling of a callback, but may be one of a caller.
 */
export function meantIdentitiesOf({ identified_by: by }: Recipient): readonly NormalIdentity[] {
  const meant = (by?.channel_identities ?? []).flatMap(({ channel, identity }) =>
    [identity, ...readTypedIdentity(identity).identities].map((spelling) => ({
      channel,
      identity: boundedText(normaliseIdentity(channel, spelling)),
    })),
  );
  return [...new Map(meant.map((one) => [laneOf([one]), one])).values()];
}

/**
 * Names the lane of a recipient: its messages leave one at a time. Two recipients that share only
 * some identities have two lanes, and so have a contact and its own identities.
 */
export function recipientLane(recipient: Recipient): string {
  return recipient.contact_id === undefined
    ? boundedText(laneOf(identitiesOf(recipient)))
    : boundedText(`contact ${recipient.contact_id}`);
}

function laneOf(identities: readonly NormalIdentity[]): string {
  return identities
    .map(({ channel, identity }) => `${channel}:${identity}`)
    .toSorted()
    .join(' ');
}
