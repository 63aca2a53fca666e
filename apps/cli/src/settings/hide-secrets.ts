/** Separates the URLs of a Redis Cluster's nodes. A comma elsewhere belongs to a URL. */
const betweenUrls = /\s*,\s*(?=rediss?:\/\/)/;

/** Formats URLs for display: scheme, host and path, without user, password or parameters. */
export function showUrl(urls: string): string {
  return urls.split(betweenUrls).map(showOne).join(', ');
}

function showOne(url: string): string {
  if (!URL.canParse(url)) return '(not an address)';
  const { protocol, host, pathname } = new URL(url);
  if (host === '') return '(not an address)';
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/** Lists the passwords in URLs, encoded and decoded. */
export function secretsOfUrl(urls: string): string[] {
  return urls.split(betweenUrls).flatMap(secretsOfOne);
}

function secretsOfOne(url: string): string[] {
  if (!URL.canParse(url)) return [url];
  const { password, searchParams } = new URL(url);
  const named = [...searchParams].filter(([name]) => /pass|secret|token/i.test(name));
  return [password, decode(password), ...named.map(([, value]) => value)].filter(
    (secret) => secret !== '',
  );
}

/** Replaces secrets in foreign text, such as a driver's error message. */
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
