import type { CallbackProducer } from '@sinch-callbacks/queue';
import { type Answer, answer } from './answer.ts';

/** Whether a callback that came now could be queued. Names nothing internal. */
export async function healthAnswer(producer: CallbackProducer | undefined): Promise<Answer> {
  const isReachable = producer !== undefined && (await producer.isReachable());
  return isReachable ? answer(200, 'ok') : answer(503, 'unavailable');
}
