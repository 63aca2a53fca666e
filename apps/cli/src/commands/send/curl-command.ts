/** A request as curl would send it. */
export interface CurlRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Linux takes no longer argument (MAX_ARG_STRLEN is 128 KiB). */
const maxArgumentBytes = 100_000;

/**
 * Formats the shell command that sends exactly these bytes. A body that is not text, or too long
 * for an argument, goes through a pipe as base64.
 */
export function curlCommand({ url, headers, body }: CurlRequest): string {
  const lines = [
    `curl --silent --show-error --include --request POST ${quote(url)}`,
    ...Object.entries(headers).map(([name, value]) => `--header ${quote(`${name}: ${value}`)}`),
  ];
  const text = asArgument(body);
  if (text !== undefined) return [...lines, `--data-raw ${quote(text)}`].join(' \\\n  ');
  const base64 = Buffer.from(body).toString('base64');
  const command = [...lines, '--data-binary @-'].join(' \\\n  ');
  return `printf %s ${quote(base64)} | base64 --decode | ${command}`;
}

/** Returns `undefined` for bytes that cannot be a shell argument. */
function asArgument(body: Uint8Array): string | undefined {
  if (body.length > maxArgumentBytes) return undefined;
  const text = Buffer.from(body).toString('utf8');
  const isExact = Buffer.from(text, 'utf8').equals(body) && !text.includes('\u0000');
  return isExact ? text : undefined;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
