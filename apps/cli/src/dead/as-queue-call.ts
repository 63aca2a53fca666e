import { QueueUnavailableError } from '../failure.ts';

/** @throws QueueUnavailableError whatever the queue's client throws. */
export async function asQueueCall<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new QueueUnavailableError(error);
  }
}
