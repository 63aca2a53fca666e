/** An HTTP answer as plain data, for any server to send. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Makes a JSON answer of one word, which no cache may store. */
export function answer(
  status: number,
  word: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const body = JSON.stringify({ status: word });
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      ...headers,
    },
    body,
  };
}
