/** Of a Redis Cluster there may be several. A comma elsewhere belongs to its URL. */
const betweenUrls = /\s*,\s*(?=rediss?:\/\/)/;

/** URLs as they may be shown: scheme, host and path, without user, password or parameters. */
export function showUrl(urls: string): string {
  return urls.split(betweenUrls).map(showOne).join(', ');
}

function showOne(url: string): string {
  if (!URL.canParse(url)) return '(not an address)';
  const { protocol, host, pathname } = new URL(url);
  if (host === '') return '(not an address)';
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/** The passwords in URLs, as they stand in them and as they are meant. */
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

/** Takes secrets out of text from elsewhere, such as a driver's error message. */
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
