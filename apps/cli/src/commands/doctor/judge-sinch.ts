import {
  type AppFacts,
  type AppInspection,
  isSameTarget,
  type WebhookFacts,
} from '@sinch-callbacks/operations';
import { webhookPath } from '../../settings/webhook-target.ts';
import { counted, oneLine } from '../../terminal/format.ts';
import { type Check, failure, ok, skipped, warning } from './check.ts';

export interface SinchPlace {
  readonly region: string;
  readonly ingestUrl: string | undefined;
  /** False where no secret is set here, so that none can be compared. */
  readonly hasSecret: boolean;
}

/** Judges the app at Sinch and the webhook that leads to ingest. */
export function judgeSinch(inspection: AppInspection, place: SinchPlace): Check[] {
  if (inspection.kind === 'failed') return [judgeFailure(inspection)];
  const { app, webhooks } = inspection;
  const found = ok('Sinch', `the credentials work, and the app is in ${place.region}`);
  return [found, ...judgeWebhooks(webhooks, place), judgeKept(app)];
}

function judgeFailure({
  status,
  isLogin,
  message,
}: Extract<AppInspection, { kind: 'failed' }>): Check {
  const shown = oneLine(message);
  if (status === undefined || status === 429 || status >= 500) {
    return warning('Sinch', shown, 'Run again later, or check SINCH_API_URL and SINCH_AUTH_URL.');
  }
  if (status === 404 && isLogin) return failure('Sinch', shown, 'Check SINCH_AUTH_URL.');
  if (status === 404) {
    const advice = 'Check SINCH_REGION first, then SINCH_APP_ID and SINCH_PROJECT_ID.';
    return failure('Sinch', shown, advice);
  }
  const advice = isLogin
    ? 'Check SINCH_ACCESS_KEY_ID and SINCH_ACCESS_SECRET.'
    : 'Check that the access key is of the project SINCH_PROJECT_ID.';
  return failure('Sinch', shown, advice);
}

const syncAdvice =
  'callbacks webhooks sync --target https://<your ingest>/api/sinch/webhook sets it.';

function judgeWebhooks(webhooks: readonly WebhookFacts[], place: SinchPlace): Check[] {
  const ours = findOurs(webhooks, place.ingestUrl);
  if (ours.length === 0) {
    const message = `none of ${counted(webhooks.length, 'webhook')} of the app leads to ingest`;
    return [failure('Sinch webhook', message, syncAdvice)];
  }
  return ours.flatMap((webhook) => judgeWebhook(webhook, place.hasSecret));
}

/**
 * Finds the webhook of the address, or else those with ingest's path: a proxy has another host. Of
 * these, one with a secret of ours is the one, and others are those of other environments.
 */
function findOurs(webhooks: readonly WebhookFacts[], ingestUrl: string | undefined) {
  const target = ingestUrl && new URL(webhookPath, ingestUrl).href;
  const exact = webhooks.filter((one) => target && isSameTarget(one.target, target));
  if (exact.length > 0) return exact;
  const similar = webhooks.filter((one) => one.target.replace(/\?…$/, '').endsWith(webhookPath));
  const signed = similar.filter(({ secret }) => secret.kind === 'ours');
  return signed.length > 0 ? signed : similar;
}

function judgeWebhook(webhook: WebhookFacts, hasSecret: boolean): Check[] {
  const { target, targetType, missingTriggers } = webhook;
  const place = oneLine(target);
  const type =
    targetType === 'HTTP'
      ? ok('Sinch webhook', `${place}, HTTP`)
      : failure('Sinch webhook', `${place} is ${oneLine(targetType)}: nothing is sent`, syncAdvice);
  const triggers =
    missingTriggers.length === 0
      ? ok('Sinch triggers', 'all')
      : warning(
          'Sinch triggers',
          `${missingTriggers.length} never come: ${missingTriggers.join(', ')}`,
          syncAdvice,
        );
  return [type, triggers, judgeSecret(webhook, hasSecret)];
}

function judgeSecret({ secret }: WebhookFacts, hasSecret: boolean): Check {
  const name = 'Sinch secret';
  switch (secret.kind) {
    case 'none':
      return failure(name, 'none: ingest answers unsigned callbacks with 401', syncAdvice);
    case 'another': {
      if (!hasSecret) return skipped(name, 'not compared: SINCH_WEBHOOK_SECRET is not set here');
      const message = 'it is none of SINCH_WEBHOOK_SECRET: callbacks get 401';
      return failure(
        name,
        message,
        `Correct SINCH_WEBHOOK_SECRET where it is wrong; else ${syncAdvice}`,
      );
    }
    case 'ours': {
      const { position } = secret;
      if (position === 0) return ok(name, 'the first of SINCH_WEBHOOK_SECRET');
      const advice = 'callbacks webhooks rotate sets the first one, once the receivers hold it.';
      return warning(name, `still that of position ${position}`, advice);
    }
  }
}

/** Explains what Sinch keeps: only that can be asked for after an outage. */
function judgeKept(app: AppFacts): Check {
  const name = 'kept at Sinch';
  const { processingMode, retentionDays, dispatchRetentionDays } = app;
  if (processingMode === 'CONVERSATION') {
    const days =
      retentionDays === undefined ? 'for its own time' : `for ${counted(retentionDays, 'day')}`;
    return ok(name, `CONVERSATION: messages ${days}, so that reconcile can find what was missed`);
  }
  if (processingMode !== 'DISPATCH') {
    return skipped(name, `an unknown processing mode: ${oneLine(processingMode ?? 'none')}`);
  }
  const days = dispatchRetentionDays ?? 0;
  if (days > 0) {
    const message = `DISPATCH: messages for ${counted(days, 'day')}, and reconcile finds no older ones`;
    return ok(name, message);
  }
  return warning(
    name,
    'DISPATCH with a retention of 0 days: Sinch keeps no message, so reconcile finds nothing',
    'Set the app’s dispatch_retention_policy to 1 to 7 days, where what was missed must be found.',
  );
}
