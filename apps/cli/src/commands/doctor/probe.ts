import { whyUnanswered } from './why-unanswered.ts';

export type Probe =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'unanswered'; readonly reason: string };

const timeoutMs = 5_000;

/** Asks a path of a server once, without any login that its address may hold. Never throws. */
export async function probe(server: string, path: string): Promise<Probe> {
  const url = new URL(path, server);
  url.username = '';
  url.password = '';
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.body?.cancel();
    return { kind: 'answered', status: answer.status };
  } catch (error) {
    return { kind: 'unanswered', reason: whyUnanswered(error) };
  }
}
