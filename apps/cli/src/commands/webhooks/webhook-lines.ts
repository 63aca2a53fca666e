import type { Difference, SecretFacts, WebhookFacts } from '@sinch-callbacks/operations';
import { counted, oneLine, tableLines } from '../../terminal/format.ts';

/** Formats a webhook's id and target, which begin a line about it. */
export function nameOf({ id, target }: Pick<WebhookFacts, 'id' | 'target'>): string {
  return `${oneLine(id)}  ${oneLine(target)}`;
}

/** Formats a difference: what is there, and never a secret. */
export function describeDifference(difference: Difference): string {
  switch (difference.field) {
    case 'target_type':
      return `target type ${oneLine(difference.found)}, not HTTP`;
    case 'triggers': {
      const { missing } = difference;
      return `${counted(missing.length, 'trigger')} missing: ${missing.join(', ')}`;
    }
    case 'secret':
      return describeWrongSecret(difference.found);
  }
}

function describeWrongSecret(found: SecretFacts): string {
  switch (found.kind) {
    case 'none':
      return 'no secret';
    case 'ours':
      return `secret differs: it is that of position ${found.position}`;
    case 'another':
      return 'secret differs: it is none of SINCH_WEBHOOK_SECRET';
  }
}

/** Formats webhooks as a table. */
export function webhookTable(webhooks: readonly WebhookFacts[]): string[] {
  const rows = webhooks.map((webhook) => [
    oneLine(webhook.id),
    oneLine(webhook.targetType),
    describeTriggers(webhook),
    describeSecret(webhook.secret),
    oneLine(webhook.target),
  ]);
  return tableLines(['ID', 'TYPE', 'TRIGGERS', 'SECRET', 'TARGET'], rows);
}

/** Missing triggers that are named in a cell. */
const maxMissingNamed = 3;

function describeTriggers({ triggers, missingTriggers }: WebhookFacts): string {
  if (missingTriggers.length === 0) return 'all';
  if (missingTriggers.length > maxMissingNamed) {
    return `${triggers.length}, ${missingTriggers.length} missing`;
  }
  return `${triggers.length}, without ${missingTriggers.join(', ')}`;
}

function describeSecret(secret: SecretFacts): string {
  switch (secret.kind) {
    case 'none':
      return 'none';
    case 'ours':
      return `position ${secret.position}`;
    case 'another':
      return 'another';
  }
}
