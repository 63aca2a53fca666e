import type { Random } from '../random.ts';
import type { Account, SimulatedApp } from './account/open-account.ts';
import { writeApp } from './account/write-app.ts';
import type { CallbackSource } from './callbacks/callback-source.ts';
import { drawFault } from './draw-fault.ts';
import { type ApiReply, answer, refuse } from './http/api-reply.ts';
import { type JsonObject, parseObject, textIn } from './http/json-object.ts';
import { type ApiOperation, type RoutedOperation, routeRequest } from './http/operations.ts';
import { deleteContact, deleteConversation, deleteMessage } from './messages/delete-person.ts';
import { listMessages } from './messages/list-messages.ts';
import { type SendResult, sendMessage } from './messages/send-message.ts';
import { hasAccessKey, type TokenStore } from './oauth/token-store.ts';
import type { ApiFaults } from './sinch-api-options.ts';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  updateWebhook,
} from './webhooks/webhook-operations.ts';

/** A request to the API, with its whole body. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string;
  readonly body: string;
}

/** The result of a request: an answer, or the fault in its place. */
export interface ApiResult {
  readonly operation: ApiOperation | 'unknown';
  readonly end:
    | { readonly kind: 'reply'; readonly reply: ApiReply }
    | { readonly kind: ApiSilence };
}

/** `lost-answer` cuts the connection, `hang` leaves it open. */
export type ApiSilence = 'lost-answer' | 'hang';

export interface AnsweringOptions {
  readonly account: Account;
  readonly tokens: TokenStore;
  readonly source: CallbackSource;
  readonly faults: ApiFaults;
  /** The operations that have faults; all of them when it is absent. */
  readonly faultyOperations: readonly ApiOperation[] | undefined;
  readonly random: Random;
  readonly retryAfterSeconds: number | undefined;
  readonly webhooksPerSecond: number;
  readonly clock: () => Date;
}

/** Answers a request of the API: its token first, then its rate and its fault, then itself. */
export async function answerRequest(
  request: ApiRequest,
  options: AnsweringOptions,
): Promise<ApiResult> {
  const { faults, random, tokens } = options;
  const routed = routeRequest(request.method, request.path);
  const operation = routed?.operation ?? 'unknown';
  const withReply = (reply: ApiReply): ApiResult => ({ operation, end: { kind: 'reply', reply } });

  const check = tokens.check(request.authorization);
  if (check.kind === 'refused') return withReply(check.reply);
  if (routed === undefined) return withReply(refuse('NOT_FOUND', 'there is no such resource'));
  const project = options.account.findProject(routed.projectId);
  if (project === undefined) {
    return withReply(refuse('NOT_FOUND', `there is no project ${routed.projectId}`));
  }
  if (check.projectId !== routed.projectId) {
    return withReply(refuse('PERMISSION_DENIED', "the token is another project's"));
  }
  if (!project.takeRequest()) return withReply(tooMany(options));

  const isFaulty = options.faultyOperations?.includes(routed.operation) ?? true;
  const drawn = isFaulty ? drawFault(random, faults) : 'none';
  // An access key does not expire.
  const keepsKey = drawn === 'expired-token' && hasAccessKey(request.authorization);
  const fault = keepsKey ? 'none' : drawn;
  switch (fault) {
    case 'expired-token':
      return withReply(tokens.expire(request.authorization));
    case 'too-many-requests':
      return withReply(tooMany(options));
    case 'unavailable':
      return withReply(refuse('UNAVAILABLE', 'try again later'));
    case 'hang-before':
      return { operation, end: { kind: 'hang' } };
    case 'none':
    case 'lost-answer':
    case 'hang-after':
      break;
  }
  const { reply, mayAnswer } = carryOut(routed, request, options);
  await mayAnswer;
  if (fault === 'none') return withReply(reply);
  return { operation, end: { kind: fault === 'hang-after' ? 'hang' : fault } };
}

function tooMany({ retryAfterSeconds }: AnsweringOptions): ApiReply {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': `${retryAfterSeconds}` };
  return refuse('RESOURCE_EXHAUSTED', 'too many requests', headers);
}

function carryOut(
  routed: RoutedOperation,
  request: ApiRequest,
  options: AnsweringOptions,
): SendResult {
  const reply = (given: ApiReply): SendResult => ({ reply: given, mayAnswer: Promise.resolve() });
  const hasBody = request.method === 'POST' || request.method === 'PATCH';
  const body = hasBody ? parseObject(request.body) : {};
  if (body === undefined) {
    return reply(refuse('INVALID_ARGUMENT', 'the body is not a JSON object'));
  }
  if (routed.operation === 'create-webhook') {
    return reply(createWebhook(options.account, routed.projectId, body));
  }
  const { apps = [] } = options.account.findProject(routed.projectId) ?? {};
  switch (routed.operation) {
    case 'delete-message':
      return reply(deleteMessage(apps, routed.id, request.query));
    case 'delete-conversation':
      return reply(deleteConversation(apps, routed.id, options.source));
    case 'delete-contact':
      return reply(deleteContact(apps, routed.id, options.source));
    case 'list-webhooks':
    case 'get-webhook':
    case 'update-webhook':
    case 'delete-webhook':
    case 'get-app':
    case 'list-messages':
    case 'send-message':
      return carryOutOfApp({ ...routed, operation: routed.operation }, request, body, options);
  }
}

/** An operation on one app. */
type AppOperation = Exclude<
  ApiOperation,
  'create-webhook' | 'delete-message' | 'delete-conversation' | 'delete-contact'
>;
type RoutedAppOperation = RoutedOperation & { readonly operation: AppOperation };

function carryOutOfApp(
  routed: RoutedAppOperation,
  request: ApiRequest,
  body: JsonObject,
  options: AnsweringOptions,
): SendResult {
  const reply = (given: ApiReply): SendResult => ({ reply: given, mayAnswer: Promise.resolve() });
  const app = findApp(routed, request, body, options.account);
  if (app === undefined) return reply(refuse('NOT_FOUND', unknownOf(routed)));
  switch (routed.operation) {
    case 'list-webhooks':
      return reply(listWebhooks(app));
    case 'get-webhook':
      return reply(getWebhook(app, routed.id));
    case 'update-webhook':
      return reply(updateWebhook(app, routed.id, body, request.query.getAll('update_mask')));
    case 'delete-webhook':
      return reply(deleteWebhook(app, routed.id));
    case 'get-app':
      return reply(answer(writeApp(app, options.webhooksPerSecond)));
    case 'list-messages':
      return reply(listMessages(app, request.query, options.clock()));
    case 'send-message': {
      const isFirst = options.random() < options.faults.reportsFirst;
      return sendMessage(app, body, options.source, isFirst);
    }
  }
}

/** Finds the app of a request: by its webhook, the path, the body or the query. */
function findApp(
  { operation, projectId, id }: RoutedAppOperation,
  { query }: ApiRequest,
  body: JsonObject,
  account: Account,
): SimulatedApp | undefined {
  switch (operation) {
    case 'get-webhook':
    case 'update-webhook':
    case 'delete-webhook':
      return account.findWebhookApp(projectId, id);
    case 'list-webhooks':
    case 'get-app':
      return account.findApp(projectId, id);
    case 'send-message':
      return account.findApp(projectId, textIn(body, 'app_id'));
    case 'list-messages': {
      // Sinch lists all apps of the project without an app_id; here it is the first one.
      const appId = query.get('app_id') ?? '';
      if (appId !== '') return account.findApp(projectId, appId);
      return account.findProject(projectId)?.apps[0];
    }
  }
}

function unknownOf({ operation, id }: RoutedAppOperation): string {
  return operation.endsWith('-webhook') ? `there is no webhook ${id}` : 'there is no such app';
}
