/** Secrets, which are never shown. */
export const secrets = {
  webhookSecret: 'canary-webhook-secret-7Qk2',
  oldWebhookSecret: 'canary-old-secret-93hd',
  adminPassword: 'canary-admin-password-Zz81',
  guessedPassword: 'canary-guessed-password-1a',
  redisPassword: 'canary-redis-password-0Lm4',
  databasePassword: 'canary-database-password-5T',
  apiSecret: 'canary-api-secret-88xw',
} as const;

/** Personal data, which is shown only on request and after a login. */
export const contents = {
  text: 'canarytextwalnut',
  name: 'Canarianameholm',
  phone: '15550198765',
  email: 'canary.mail@leak.example',
  metadata: 'canarymetadataoak',
} as const;

/** The parts of a signature. */
export const signatures = {
  nonce: 'canarynonce01HXYZ',
  signature: 'Y2FuYXJ5IHNpZ25hdHVyZSBub3QgcmlnaHQ=',
} as const;

/** Lists the forms that a canary can take in a log: encoded, escaped, or as bytes. */
function formsOf(canary: string): string[] {
  const bytes = Buffer.from(canary);
  // The part of the base64 form that does not depend on the position of the canary in a text.
  const shifted = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(offset === 0 ? 0 : 4, offset === 0 ? -4 : -4),
  );
  return [
    canary,
    encodeURIComponent(canary),
    bytes.toString('hex'),
    [...bytes].join(','),
    ...shifted,
  ];
}

/** Lists the names of the canaries in a text. */
export function canariesIn(text: string, canaries: Readonly<Record<string, string>>): string[] {
  return Object.entries(canaries)
    .filter(([, canary]) => formsOf(canary).some((form) => text.includes(form)))
    .map(([name]) => name);
}

/** Replaces people's texts, names and numbers in a body with canaries. */
export function withContents(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withContents(item, key));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, withContents(member, name)]),
    );
  }
  if (typeof value !== 'string') return value;
  switch (key) {
    case 'text':
    case 'caption':
    case 'title':
    case 'description':
    case 'raw_message':
    case 'postback_data':
      return contents.text;
    case 'identity':
      return `+${contents.phone}`;
    case 'display_name':
    case 'name':
      return contents.name;
    case 'email':
      return contents.email;
    case 'metadata':
    case 'message_metadata':
    case 'correlation_id':
      return contents.metadata;
    default:
      return value;
  }
}
