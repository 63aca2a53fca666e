import * as z from 'zod';

/**
 * Readers for fields that we use but must not depend on. Sinch writes "" for absent, changes
 * shapes between versions and adds fields without notice: a field that is not as expected
 * counts as absent, and never makes an event fail.
 */
export const text = z.string().min(1).optional().catch(undefined);

/** Any JSON object, kept as it is. */
export const jsonObject = z.record(z.string(), z.unknown()).optional().catch(undefined);

export const textList = z
  .array(z.unknown())
  .transform((items) => items.filter((item) => typeof item === 'string' && item !== '') as string[])
  .optional()
  .catch(undefined);

export const channelIdentity = z
  .object({ channel: text, identity: text, app_id: text })
  .optional()
  .catch(undefined);

/** 2020-era callbacks have a plain `channel` where later ones have `channel_identity`. */
export const channelFields = { channel: text, channel_identity: channelIdentity };

/** `""` in 2020-era delivery reports. */
export const reason = z.object({ code: text, description: text }).optional().catch(undefined);

export interface Channel {
  readonly channel: string;
  readonly identity: string | undefined;
  readonly appId: string | undefined;
}

/** The channel of a body in its old or new shape. */
export function readChannel(body: {
  channel?: string | undefined;
  channel_identity?: z.infer<typeof channelIdentity>;
}): Channel | undefined {
  const channel = body.channel_identity?.channel ?? body.channel;
  if (channel === undefined) return undefined;
  const { identity, app_id: appId } = body.channel_identity ?? {};
  return { channel, identity, appId };
}
