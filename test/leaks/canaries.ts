/** Secrets: nobody is ever shown them, not even who holds them. */
export const secrets = {
  webhookSecret: 'canary-webhook-secret-7Qk2',
  oldWebhookSecret: 'canary-old-secret-93hd',
  adminPassword: 'canary-admin-password-Zz81',
  guessedPassword: 'canary-guessed-password-1a',
  redisPassword: 'canary-redis-password-0Lm4',
  databasePassword: 'canary-database-password-5T',
  apiSecret: 'canary-api-secret-88xw',
} as const;

/** What people wrote and who they are. Shown only to who asks for it, behind a login. */
export const contents = {
  text: 'canarytextwalnut',
  name: 'Canarianameholm',
  phone: '15550198765',
  email: 'canary.mail@leak.example',
  metadata: 'canarymetadataoak',
} as const;

/** What a signature is made of. */
export const signatures = {
  nonce: 'canarynonce01HXYZ',
  signature: 'Y2FuYXJ5IHNpZ25hdHVyZSBub3QgcmlnaHQ=',
} as const;

/** A canary with everything that it turns into on its way: encoded, escaped, spelt out. */
function formsOf(canary: string): string[] {
  const bytes = Buffer.from(canary);
  // Of base64, the part that is the same wherever in a text the canary begins.
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

/** The names of the canaries that a text shows. */
export function canariesIn(text: string, canaries: Readonly<Record<string, string>>): string[] {
  return Object.entries(canaries)
    .filter(([, canary]) => formsOf(canary).some((form) => text.includes(form)))
    .map(([name]) => name);
}

/** A body with canaries wherever people's words, names and numbers stand. */
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
