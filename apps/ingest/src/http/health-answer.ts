import type { CallbackProducer } from '@sinch-callbacks/queue';
import { type Answer, answer } from './answer.ts';

const checks = new WeakMap<CallbackProducer, Promise<boolean>>();

export function isHealthMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Answers 200 if a callback could be queued now. Names nothing internal. */
export async function healthAnswer(
  method: string,
  producer: CallbackProducer | undefined,
): Promise<Answer> {
  if (!isHealthMethod(method)) {
    return answer(405, 'method-not-allowed', { allow: 'GET, HEAD' });
  }
  const isReachable = producer !== undefined && (await askOnce(producer));
  return isReachable ? answer(200, 'ok') : answer(503, 'unavailable');
}

/** Shares one check between all requests that arrive while it runs: the page is public. */
async function askOnce(producer: CallbackProducer): Promise<boolean> {
  const asking = checks.get(producer) ?? producer.isReachable();
  checks.set(producer, asking);
  try {
    return await asking;
  } finally {
    checks.delete(producer);
  }
}
