import { isLoopback } from '@sinch-callbacks/core';
import { UsageError } from '../failure.ts';
import { environmentName, type Given, type Settings } from './read-settings.ts';

export const webhookPath = '/api/sinch/webhook';

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

/**
 * Chooses the address of a webhook at Sinch: the given one, else that of the running stack.
 * @throws UsageError when there is neither, or Sinch could not deliver to it.
 */
export function requireTarget(
  option: string | undefined,
  { ingestUrl }: Settings,
  isLocalApi: boolean,
): Given<string> {
  const target =
    option === undefined && ingestUrl
      ? { value: new URL(webhookPath, ingestUrl.value).href, from: ingestUrl.from }
      : { value: option ?? '', from: '--target' };
  if (target.value === '') {
    throw new UsageError(`no target: give --target https://<your ingest>${webhookPath}`);
  }
  const { protocol, hostname, pathname } = new URL(target.value);
  const isAllowed = protocol === 'https:' || (isLocalApi && isLoopback(hostname));
  if (!isAllowed) {
    throw new UsageError(
      `the target must begin with https:// for Sinch (it is from ${target.from})`,
    );
  }
  if (pathname === '/') {
    throw new UsageError(`the target must have its whole path, such as ${webhookPath}`);
  }
  return target;
}

/**
 * Returns the secrets for webhooks at Sinch; none where none is set.
 * @throws UsageError for the running stack's secret, where the webhook is not on this machine: it is
 * not the one that its receiver holds.
 */
export function secretsForTarget({ secrets }: Settings, target: string): readonly string[] {
  if (secrets === undefined) return [];
  const isForStack = URL.canParse(target) && isLoopback(new URL(target).hostname);
  if (secrets.from === environmentName || isForStack) return secrets.value;
  throw new UsageError(
    `SINCH_WEBHOOK_SECRET is not set, and the secret in ${secrets.from} is for this machine alone`,
  );
}
