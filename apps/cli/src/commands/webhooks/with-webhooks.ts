import type { WantedWebhook, WebhookEditing } from '@sinch-callbacks/operations';
import type { Session } from '../../session.ts';
import { requireTarget, secretsForTarget } from '../../settings/webhook-target.ts';
import type { ConnectionOptions } from './webhook-options.ts';

export interface TargetOptions extends ConnectionOptions {
  readonly target?: string;
}

/** What a command about one target works with. */
export interface TargetTools {
  readonly tools: WebhookEditing;
  readonly wanted: WantedWebhook;
}

/** Opens Sinch's API with our secrets, which its own are compared with. */
export async function withWebhooks<T>(
  session: Session,
  { timeout }: ConnectionOptions,
  use: (tools: WebhookEditing, isLocalApi: boolean) => Promise<T>,
): Promise<T> {
  const settings = await session.readSettings();
  const secrets = settings.secrets?.value ?? [];
  return await session.withSinchApi(timeout, ({ api, appId, isLocal }) =>
    use({ api, appId, secrets }, isLocal),
  );
}

/**
 * Opens Sinch's API for the webhook with a target: the given one, or the running stack's.
 * @throws UsageError where there is none.
 */
export async function withTarget<T>(
  session: Session,
  options: TargetOptions,
  use: (tools: TargetTools) => Promise<T>,
): Promise<T> {
  const settings = await session.readSettings();
  return await session.withSinchApi(options.timeout, async ({ api, appId, isLocal }) => {
    const { value: target } = requireTarget(options.target, settings, isLocal);
    const secrets = secretsForTarget(settings, target);
    return await use({ tools: { api, appId, secrets }, wanted: { target, secrets } });
  });
}
