export interface Channel {
  readonly channel: string;
  readonly identity: string | undefined;
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
  return { channel, identity, appId };
}
