/** What a page answered. */
export type Probe =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'unanswered'; readonly reason: string };

const timeoutMs = 5_000;

/** Requests a path of a server once, without the login in its address. It never throws. */
export async function probePage(server: string, path: string): Promise<Probe> {
  const url = new URL(path, server);
  url.username = '';
  url.password = '';
  return await probe(url, {});
}

/** Makes a request of which only the status counts. Redirects are not followed. It never throws. */
export async function probe(url: URL, request: RequestInit): Promise<Probe> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(url, { ...request, redirect: 'manual', signal });
    await answer.body?.cancel();
    return { kind: 'answered', status: answer.status };
  } catch (error) {
    return { kind: 'unanswered', reason: whyUnanswered(error) };
  }
}

/** Finds the reason behind "fetch failed": it is in the cause, or in the cause's errors. */
export function whyUnanswered(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error ? first.message || first.name : error.message;
}
