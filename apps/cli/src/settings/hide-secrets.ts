/** A URL as it may be shown: scheme, host and path, without user, password or parameters. */
export function showUrl(url: string): string {
  if (!URL.canParse(url)) return '(not an address)';
  const { protocol, host, pathname } = new URL(url);
  if (host === '') return '(not an address)';
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/** The passwords in a URL, as they stand in it and as they are meant. */
export function secretsOfUrl(url: string): string[] {
  if (!URL.canParse(url)) return [url];
  const { password, searchParams } = new URL(url);
  const named = [...searchParams].filter(([name]) => /pass|secret|token/i.test(name));
  return [password, decode(password), ...named.map(([, value]) => value)].filter(
    (secret) => secret !== '',
  );
}

/** Takes secrets out of text that somebody else wrote, such as a driver's error message. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  const longestFirst = secrets.toSorted((one, other) => other.length - one.length);
  return longestFirst.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
