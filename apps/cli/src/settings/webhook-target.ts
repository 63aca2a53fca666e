import { UsageError } from '../failure.ts';
import type { Given, Settings } from './read-settings.ts';

const webhookPath = '/api/sinch/webhook';

/**
 * Chooses the address to send to: the given one, else that of the running stack.
 * @throws UsageError when there is neither.
 */
export function requireUrl(option: string | undefined, { ingestUrl }: Settings): Given<string> {
  if (option !== undefined) return { value: option, from: '--url' };
  if (ingestUrl) {
    return { value: new URL(webhookPath, ingestUrl.value).href, from: ingestUrl.from };
  }
  throw new UsageError('no address to send to: give --url, or let `npm start` run');
}

/** @throws UsageError when there is none. */
export function requireSecret({ secret }: Settings): Given<string> {
  return secret ?? missingSecret();
}

/** Returns all secrets, at least one. @throws UsageError when there is none. */
export function requireSecrets({ secrets }: Settings): Given<readonly string[]> {
  return secrets ?? missingSecret();
}

function missingSecret(): never {
  throw new UsageError('no secret to sign with: set SINCH_WEBHOOK_SECRET, or let `npm start` run');
}
