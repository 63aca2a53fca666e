import type { IdentityFields } from '../facts/standing-facts.ts';
import { normaliseIdentity } from '../values/identity.ts';

export interface Channel extends IdentityFields {
  readonly channel: string;
  readonly appId: string | undefined;
}

/** The channel of a body in its old shape (a plain `channel`) or its new one. */
export function channelOf(body: {
  readonly channel?: string | undefined;
  readonly channel_identity?:
    | { channel?: string | undefined; identity?: string | undefined; app_id?: string | undefined }
    | undefined;
}): Channel | undefined {
  const channel = body.channel_identity?.channel ?? body.channel;
  if (channel === undefined) return undefined;
  const { identity, app_id: appId } = body.channel_identity ?? {};
  return { channel, ...identityFields(channel, identity), appId };
}

/** An identity as sent, and as it is compared. */
export function identityFields(
  channel: string | undefined,
  channelIdentity: string | undefined,
): IdentityFields {
  const identity =
    channel === undefined || channelIdentity === undefined
      ? channelIdentity
      : normaliseIdentity(channel, channelIdentity);
  return { identity, channelIdentity };
}
