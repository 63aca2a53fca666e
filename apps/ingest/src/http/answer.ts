/** An HTTP answer as plain data, for whichever server sends it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A JSON answer that says one word and is stored nowhere on its way. */
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
