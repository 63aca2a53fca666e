import type { CallbackProducer } from '@sinch-callbacks/queue';
import { type Answer, answer } from './answer.ts';

const underWay = new WeakMap<CallbackProducer, Promise<boolean>>();

export function isHealthMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Whether a callback that came now could be queued. Names nothing internal. */
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

/** Who asks while the queue is being asked hears the same: anybody may ask, as often as he likes. */
async function askOnce(producer: CallbackProducer): Promise<boolean> {
  const asking = underWay.get(producer) ?? producer.isReachable();
  underWay.set(producer, asking);
  try {
    return await asking;
  } finally {
    underWay.delete(producer);
  }
}
