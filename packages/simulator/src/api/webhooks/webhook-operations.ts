import type { Account, SimulatedApp } from '../account/open-account.ts';
import { type ApiReply, answer, refuse } from '../http/api-reply.ts';
import { type JsonObject, textIn } from '../http/json-object.ts';
import { type Webhook, writeWebhook } from './webhook.ts';
import { readWebhookFields, webhookProblem } from './webhook-problem.ts';

const maxWebhooks = 5;
const settableFields = ['target', 'target_type', 'triggers', 'secret', 'client_credentials'];

/**
 * Creates a webhook. The sixth of an app is refused as FAILED_PRECONDITION, since the request by
 * itself is right; the status that Sinch gives it is not documented.
 */
export function createWebhook(account: Account, projectId: string, body: JsonObject): ApiReply {
  const appId = textIn(body, 'app_id');
  if (appId === '') return refuse('INVALID_ARGUMENT', 'app_id is required');
  const app = account.findApp(projectId, appId);
  if (app === undefined) return refuse('NOT_FOUND', `there is no app ${appId}`);
  const problem = webhookProblem(body) ?? duplicateProblem(app, textIn(body, 'target'), '');
  if (problem !== undefined) return refuse('INVALID_ARGUMENT', problem);
  if (app.webhooks.size >= maxWebhooks) {
    return refuse('FAILED_PRECONDITION', `an app has at most ${maxWebhooks} webhooks`);
  }
  const webhook: Webhook = { ...readWebhookFields(body), id: account.newId(), appId };
  app.webhooks.set(webhook.id, webhook);
  return answer(writeWebhook(webhook));
}

/** Lists an app's webhooks in the order of their creation, all of them on one page. */
export function listWebhooks(app: SimulatedApp): ApiReply {
  return answer({ webhooks: [...app.webhooks.values()].map(writeWebhook) });
}

export function getWebhook(app: SimulatedApp, id: string): ApiReply {
  const webhook = app.webhooks.get(id);
  return webhook === undefined ? unknownWebhook(id) : answer(writeWebhook(webhook));
}

/**
 * Changes a webhook: the fields of the mask, which get their defaults where the body has none; or,
 * without a mask, every field of the body. The app of a webhook stays.
 */
export function updateWebhook(
  app: SimulatedApp,
  id: string,
  body: JsonObject,
  mask: readonly string[],
): ApiReply {
  const webhook = app.webhooks.get(id);
  if (webhook === undefined) return unknownWebhook(id);
  const named = mask.flatMap((part) => part.split(',')).filter((name) => name !== '');
  const unknown = named.find((name) => !settableFields.includes(name));
  if (unknown !== undefined) {
    return refuse('INVALID_ARGUMENT', `update_mask has no field ${unknown}`);
  }
  const names = named.length > 0 ? named : settableFields.filter((name) => name in body);
  const changes = Object.fromEntries(names.map((name) => [name, body[name]]));
  const fields = { ...writeWebhook(webhook), ...changes };
  const problem = webhookProblem(fields) ?? duplicateProblem(app, textIn(fields, 'target'), id);
  if (problem !== undefined) return refuse('INVALID_ARGUMENT', problem);
  const changed: Webhook = { ...webhook, ...readWebhookFields(fields) };
  app.webhooks.set(id, changed);
  return answer(writeWebhook(changed));
}

export function deleteWebhook(app: SimulatedApp, id: string): ApiReply {
  return app.webhooks.delete(id) ? answer({}) : unknownWebhook(id);
}

/**
 * Describes a target that another webhook of the app has: for Sinch that is no conflict, but 400.
 */
function duplicateProblem(app: SimulatedApp, target: string, id: string): string | undefined {
  const isTaken = [...app.webhooks.values()].some(
    (other) => other.target === target && other.id !== id,
  );
  return isTaken ? 'another webhook of the app has this target' : undefined;
}

function unknownWebhook(id: string): ApiReply {
  return refuse('NOT_FOUND', `there is no webhook ${id}`);
}
