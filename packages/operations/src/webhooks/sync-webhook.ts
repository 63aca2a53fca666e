import { type Webhook, type WebhookTrigger, webhookTriggers } from '@sinch-callbacks/sinch-api';
import { type Probe, probePage } from '../receivers/probe-page.ts';
import { type WebhookTools, type WebhookWrite, writeWebhook } from './change-webhooks.ts';
import { planSync, type SyncPlan, type WantedWebhook } from './plan-sync.ts';

/** What a sync did. */
export type SyncResult =
  | Exclude<SyncPlan, { readonly kind: 'create' | 'patch' }>
  | { readonly kind: 'created'; readonly webhook: NothingToDo['webhook'] }
  | {
      readonly kind: 'patched';
      readonly webhook: NothingToDo['webhook'];
      readonly differences: ToPatch['differences'];
    }
  /** The health page beside the target is not well, so nothing was changed. */
  | { readonly kind: 'not-ready'; readonly health: Probe }
  /** Sinch accepted every request, and its list still differs. */
  | { readonly kind: 'no-effect'; readonly plan: ToChange };

type NothingToDo = Extract<SyncPlan, { readonly kind: 'nothing' }>;
type ToPatch = Extract<SyncPlan, { readonly kind: 'patch' }>;
type ToChange = Extract<SyncPlan, { readonly kind: 'create' | 'patch' }>;

export interface SyncOptions {
  /** Changes webhooks although ingest's health page does not answer 200. */
  readonly skipHealth?: boolean;
}

/** Writes of one sync at the most. The second and third follow a lost answer. */
const maxWrites = 3;
const healthPath = '/api/health';

/** Reads the webhooks, and plans. @throws SinchApiError. */
export async function planWebhookSync(
  tools: WebhookTools,
  wanted: WantedWebhook,
): Promise<SyncPlan> {
  return planSync(await tools.api.webhooks.list(tools.appId), wanted);
}

/**
 * Makes the webhook with our target as it should be, and touches no other one. It can be repeated:
 * a second one finds nothing to do. After a lost answer it looks before it writes again.
 * @throws SinchApiError where Sinch refuses, or does not answer. The same call again is safe.
 */
export async function syncWebhook(
  tools: WebhookTools,
  wanted: WantedWebhook,
  { skipHealth = false }: SyncOptions = {},
): Promise<SyncResult> {
  const webhooks = await tools.api.webhooks.list(tools.appId);
  const plan = planSync(webhooks, wanted);
  if (plan.kind === 'nothing' || plan.kind === 'refused') return plan;
  const health = skipHealth ? well : await probeHealth(wanted.target);
  if (!isWell(health)) return { kind: 'not-ready', health };
  const end = await settle(tools, wanted, plan, webhooks);
  if (end.kind === 'refused') return end;
  if (end.kind !== 'nothing') return { kind: 'no-effect', plan: end };
  const { webhook } = end;
  return plan.kind === 'create'
    ? { kind: 'created', webhook }
    : { kind: 'patched', webhook, differences: plan.differences };
}

const well: Probe = { kind: 'answered', status: 200 };

/** Requests ingest's health page, which is on the target's origin. */
async function probeHealth(target: string): Promise<Probe> {
  return await probePage(target, healthPath);
}

function isWell(health: Probe): boolean {
  return health.kind === 'answered' && health.status === 200;
}

/** Writes until a plan has nothing to do. */
async function settle(
  tools: WebhookTools,
  wanted: WantedWebhook,
  first: ToChange,
  known: readonly Webhook[],
): Promise<SyncPlan> {
  let plan: SyncPlan = first;
  let webhooks = known;
  for (let writes = 1; writes <= maxWrites; writes += 1) {
    if (plan.kind !== 'create' && plan.kind !== 'patch') return plan;
    const written = await writeWebhook(tools, writeOf(plan, tools.appId, wanted, webhooks));
    if (written.kind === 'answered' && written.webhook !== undefined) {
      const answered = planSync([written.webhook], wanted);
      if (answered.kind === 'nothing') return answered;
    }
    webhooks = await tools.api.webhooks.list(tools.appId);
    const next = planSync(webhooks, wanted);
    const isDone = next.kind === 'nothing';
    const wasRefused = written.kind === 'unclear' && written.error.certainty === 'not-sent';
    const isLast = writes === maxWrites || (wasRefused && next.kind === 'create');
    if (written.kind === 'unclear' && !isDone && isLast) throw written.error;
    plan = next;
  }
  return plan;
}

function writeOf(
  plan: ToChange,
  appId: string,
  { target, secrets: [secret = ''] }: WantedWebhook,
  webhooks: readonly Webhook[],
): WebhookWrite {
  const triggers = [...webhookTriggers];
  if (plan.kind === 'create') {
    const creation = { app_id: appId, target, target_type: 'HTTP', triggers, secret } as const;
    return { kind: 'create', creation };
  }
  const { id } = plan.webhook;
  const found = webhooks.find((webhook) => webhook.id === id);
  const [first, ...rest] = plan.differences;
  const values = { target_type: 'HTTP', triggers: keepUnknown(found), secret } as const;
  const fields = [first.field, ...rest.map(({ field }) => field)] as const;
  const changed = Object.fromEntries(fields.map((field) => [field, values[field]]));
  return {
    kind: 'update',
    id,
    change: { body: { target: found?.target ?? target, ...changed }, fields },
  };
}

/** Lists every known trigger, and those of a webhook that Sinch has added since. */
function keepUnknown(webhook: Webhook | undefined): WebhookTrigger[] {
  const known: ReadonlySet<string> = new Set(webhookTriggers);
  const unknown = (webhook?.triggers ?? []).filter(
    (trigger) => !known.has(trigger) && trigger !== 'UNSPECIFIED_TRIGGER',
  );
  // Sinch itself has listed them.
  return [...webhookTriggers, ...(unknown as WebhookTrigger[])];
}
