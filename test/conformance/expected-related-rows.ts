/** A row that a callback must create. */
export interface ExpectedRow {
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
  /** The values from this body, when no other body concerns the same row. */
  readonly values: Readonly<Record<string, unknown>>;
}

export type Section = Readonly<Record<string, unknown>>;

export function row(
  table: string,
  key: ExpectedRow['key'],
  values: ExpectedRow['values'] = {},
): ExpectedRow {
  return { table, key, values };
}

/** Lists the rows of the conversation, the contact and the identity of a message or an event. */
export function around(section: Section): ExpectedRow[] {
  const conversationId = read(section, 'conversation_id');
  const contactId = read(section, 'contact_id');
  return [
    ...(conversationId === undefined
      ? []
      : [row('conversation', { sinch_conversation_id: conversationId })]),
    ...contactRow(contactId),
    ...identityRows(contactId, [section['channel_identity']]),
  ];
}

export function contactRow(id: string | undefined): ExpectedRow[] {
  return id === undefined ? [] : [row('contact', { sinch_contact_id: id })];
}

export function profileRows(profile: Section): ExpectedRow[] {
  const id = required(profile, 'id');
  const identities = (profile['channel_identities'] ?? []) as unknown[];
  const values = { display_name: read(profile, 'display_name') ?? null };
  return [row('contact', { sinch_contact_id: id }, values), ...identityRows(id, identities)];
}

export function identityRows(
  contactId: string | undefined,
  identities: readonly unknown[],
): ExpectedRow[] {
  if (contactId === undefined) return [];
  return identities.flatMap((value) => {
    const [channel, asSent] = [read(value, 'channel'), read(value, 'identity')];
    const identity = normalised(channel, asSent);
    if (channel === undefined || identity === undefined) return [];
    const app_id = read(value, 'app_id') ?? '';
    const key = { sinch_contact_id: contactId, channel, identity, app_id };
    return [row('contact_identity', key, { channel_identity: asSent })];
  });
}

/** Normalises an identity: a phone number is its digits. */
export function normalised(channel: string | undefined, identity: string | undefined) {
  const isPhone = ['SMS', 'MMS', 'RCS', 'WHATSAPP', 'VIBERBM'].includes(channel ?? '');
  const isNumber = identity !== undefined && /^\+?[\d ()./-]*\d[\d ()./-]*$/.test(identity);
  return isPhone && isNumber ? identity.replaceAll(/\D/g, '') : identity;
}

export function channelKey(section: Section, appId: string | undefined): Record<string, string> {
  return {
    app_id: appId ?? '',
    contact_id: read(section, 'contact_id') ?? '',
    channel: required(section, 'channel'),
    identity: normalised(read(section, 'channel'), read(section, 'identity')) ?? '',
  };
}

/** Reads the text at a path such as `conversation.id`; "" counts as absent. */
export function read(value: unknown, dottedPath: string): string | undefined {
  let found = value;
  for (const name of dottedPath.split('.')) {
    found = typeof found === 'object' && found !== null ? (found as Section)[name] : undefined;
  }
  return typeof found === 'string' && found !== '' ? found : undefined;
}

export function required(value: unknown, dottedPath: string): string {
  const found = read(value, dottedPath);
  if (found === undefined) throw new Error(`the body has no ${dottedPath}`);
  return found;
}
