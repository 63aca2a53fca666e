import type { SinchApiOperation } from '../errors/sinch-api-error.ts';
import type { RetryRule } from '../http/retry-policy.ts';

export type CallOperation = Exclude<SinchApiOperation, 'token'>;

interface OperationRule {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly rule: RetryRule;
}

/**
 * The method and the retries of each call. A PATCH can be repeated, since its `update_mask` sets
 * fields to values, and so can a DELETE. Of two creations the second would be refused for its
 * target, or be a second webhook, so it is repeated only where the first has certainly done nothing.
 * A send is never repeated: its caller records each try, and Sinch has no idempotency key.
 */
export const operations: Readonly<Record<CallOperation, OperationRule>> = {
  'apps.get': { method: 'GET', rule: 'always' },
  'webhooks.list': { method: 'GET', rule: 'always' },
  'webhooks.create': { method: 'POST', rule: 'if-not-sent' },
  'webhooks.get': { method: 'GET', rule: 'always' },
  'webhooks.update': { method: 'PATCH', rule: 'always' },
  'webhooks.delete': { method: 'DELETE', rule: 'always' },
  'messages.send': { method: 'POST', rule: 'never' },
  'messages.list': { method: 'GET', rule: 'always' },
  'messages.delete': { method: 'DELETE', rule: 'always' },
  'conversations.delete': { method: 'DELETE', rule: 'always' },
  'contacts.delete': { method: 'DELETE', rule: 'always' },
};
