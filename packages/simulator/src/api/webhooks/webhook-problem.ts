import { isLoopback } from '@sinch-callbacks/core';
import {
  choiceProblem,
  isJsonObject,
  type JsonObject,
  listIn,
  textIn,
  textProblem,
} from '../http/json-object.ts';
import { type WebhookFields, webhookTriggers } from './webhook.ts';

const maxTargetLength = 742;
const maxScopeLength = 1_024;
const maxResponseTypeLength = 64;
const targetTypes = ['DISMISS', 'HTTP'];

/** Describes the first rule that a webhook's fields break. */
export function webhookProblem(fields: JsonObject): string | undefined {
  return (
    targetProblem(textIn(fields, 'target')) ??
    choiceProblem(fields, 'target_type', targetTypes) ??
    triggersProblem(fields['triggers'] ?? []) ??
    textProblem(fields, 'secret') ??
    credentialsProblem(fields['client_credentials'] ?? undefined)
  );
}

/** Reads fields without a problem. What is absent has Sinch's default. */
export function readWebhookFields(fields: JsonObject): WebhookFields {
  const credentials = fields['client_credentials'];
  return {
    target: textIn(fields, 'target'),
    targetType: textIn(fields, 'target_type') === 'HTTP' ? 'HTTP' : 'DISMISS',
    triggers: listIn(fields, 'triggers').map(String),
    secret: textIn(fields, 'secret'),
    clientCredentials: isJsonObject(credentials) ? credentials : undefined,
  };
}

/** Real Sinch demands https; here http is allowed to this machine, where receivers are tested. */
function targetProblem(target: string): string | undefined {
  if (target === '') return 'target is required';
  if (target.length > maxTargetLength)
    return `target must be at most ${maxTargetLength} characters`;
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url === undefined) return 'target must be a URL';
  if (/^conversation-api\..*sinch\.com$/.test(url.hostname))
    return 'target must not be Sinch itself';
  const isAllowed =
    url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  return isAllowed ? undefined : 'target must begin with https://';
}

function triggersProblem(triggers: unknown): string | undefined {
  if (!Array.isArray(triggers)) return 'triggers must be a list';
  const wrong: unknown = triggers.find(
    (trigger: unknown) => typeof trigger !== 'string' || !webhookTriggers.has(trigger),
  );
  return wrong === undefined ? undefined : `triggers has no value ${JSON.stringify(wrong)}`;
}

function credentialsProblem(credentials: unknown): string | undefined {
  if (credentials === undefined) return undefined;
  if (!isJsonObject(credentials)) return 'client_credentials must be an object';
  const missing = ['client_id', 'client_secret', 'endpoint'].find(
    (name) => textIn(credentials, name) === '',
  );
  if (missing !== undefined) return `client_credentials.${missing} is required`;
  return (
    textProblem(credentials, 'scope', maxScopeLength) ??
    choiceProblem(credentials, 'token_request_type', ['BASIC', 'FORM']) ??
    textProblem(credentials, 'response_type', maxResponseTypeLength)
  );
}
