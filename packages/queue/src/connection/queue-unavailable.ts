import { isUnavailable } from './backoff-worker.ts';

/** The queue did not take or answer a call: the server is down, too slow, or refuses it. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
  readonly code = 'queue-unavailable';

  /** @param cause an error of the queue's client, or its message. */
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    super(`the queue cannot be used: ${reason}`, { cause });
  }
}

/**
 * Calls a queue, and distinguishes a server that cannot be used from a call that is wrong.
 * @throws QueueUnavailableError for the former; the error of `call` for the latter, which is a bug.
 */
export async function whileQueueAvailable<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && cannotBeUsed(error)) throw new QueueUnavailableError(error);
    throw error;
  }
}

/** Redis refuses this login, or does not know the user. */
const refusedLogin = /^(?:NOAUTH|WRONGPASS|NOPERM|DENIED)\b|^ERR (?:AUTH|Client sent AUTH)/;
/** The clients' own texts and codes about answers that do not come, and about encryption. */
const noAnswer =
  /DEADLINE_EXCEEDED|Command timed out|max retries per request|timeout expired|ENETUNREACH|ECONNABORTED|ERR_TLS|ERR_SSL|CERT_|_CERT\b|does not support SSL/;
/** Postgres: the login, the database or the tables of the queue are missing. */
const unusableSqlStates = /^(?:28|3D|3F|42P01|42501)/;

function cannotBeUsed(error: Error): boolean {
  if (isUnavailable(error)) return true;
  const code = String(Reflect.get(error, 'code'));
  if (unusableSqlStates.test(code) || refusedLogin.test(error.message)) return true;
  return noAnswer.test(`${code} ${error.message}`);
}
