import type { Probe, RotationRefusal, WebhookFacts } from '@sinch-callbacks/operations';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { reportProblem, type Session } from '../../session.ts';
import { nameOf } from './webhook-lines.ts';

/**
 * Reports why nothing was changed at Sinch, and what to do.
 * @throws UsageError where a setting is missing.
 */
export function reportRefusal(session: Session, reason: RotationRefusal): ExitCode {
  switch (reason.kind) {
    case 'no-secret':
      throw new UsageError(
        'SINCH_WEBHOOK_SECRET is not set: without a secret Sinch signs nothing, and ingest takes ' +
          'nothing',
      );
    case 'placeholder-secret':
      throw new UsageError('SINCH_WEBHOOK_SECRET still holds the placeholder of .env.example');
    case 'full':
      return reportFull(session, reason.webhooks);
    case 'several':
      return reportProblem(
        session,
        'several-webhooks',
        `several webhooks have this target: delete all but one (callbacks webhooks delete)` +
          listOf(reason.webhooks),
      );
    case 'not-there':
      return reportProblem(
        session,
        'not-found',
        'no webhook of the app has this target: callbacks webhooks sync creates it',
      );
    case 'unsigned':
      return reportProblem(
        session,
        'unsigned',
        `${nameOf(reason.webhook)} has no secret, so there is none to rotate: callbacks webhooks ` +
          'sync sets it',
      );
    case 'old-secret-missing':
      return reportProblem(
        session,
        'old-secret-missing',
        'the secret that signs at Sinch is not in SINCH_WEBHOOK_SECRET. Set new,old at the ' +
          'receivers and here, since Sinch may still retry what the old one signed. Where the one ' +
          'at Sinch was never right: callbacks webhooks sync',
      );
  }
}

/** Reports that the app can have no further webhook, and names those that it has. */
export function reportFull(session: Session, webhooks: readonly WebhookFacts[]): ExitCode {
  return reportProblem(
    session,
    'too-many-webhooks',
    `the app has ${webhooks.length} webhooks, and Sinch allows no more. Delete one that is not ` +
      'used (callbacks webhooks delete <id>), or give it this target (callbacks webhooks update ' +
      `<id> --target <url>):${listOf(webhooks)}`,
  );
}

function listOf(webhooks: readonly WebhookFacts[]): string {
  return webhooks.map((webhook) => `\n  ${nameOf(webhook)}`).join('');
}

/** Reports that ingest is not well, so that Sinch must not send there yet. */
export function reportNotReady(session: Session, origin: string, health: Probe): ExitCode {
  const found =
    health.kind === 'answered'
      ? `answers ${health.status}, not 200`
      : `does not answer: ${health.reason}`;
  return reportProblem(
    session,
    'not-ready',
    `${origin}/api/health ${found}. Sinch would send callbacks to it; --skip-health changes the ` +
      'webhook all the same',
  );
}

/** Reports that Sinch answered that it had done what its list does not show. */
export function reportNoEffect({ io, terminal }: Session): ExitCode {
  const message = 'Sinch accepted the change, and its list does not show it: try again later';
  terminal.document({ error: { code: 'no-effect', message } });
  io.stderr.write(`error: ${message}\n`);
  return exitCodes.failed;
}
