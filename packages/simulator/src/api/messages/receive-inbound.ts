import type { Account } from '../account/open-account.ts';
import type { CallbackSource } from '../callbacks/callback-source.ts';
import type { JsonObject } from '../http/json-object.ts';
import { textIn } from '../http/json-object.ts';
import { openConversation } from './open-conversation.ts';
import { channels } from './send-problem.ts';

/** A text that a person writes to an app. */
export interface InboundText {
  readonly channel: string;
  readonly identity: string;
  readonly text: string;
  /** The app's id (default: the first app of the first project). */
  readonly app?: string;
}

export type InboundResult =
  | { readonly kind: 'received'; readonly messageId: string }
  | { readonly kind: 'refused'; readonly problem: string };

/** Records a text from a person, and sends its MESSAGE_INBOUND to the app's webhooks. */
export function receiveInbound(
  account: Account,
  source: CallbackSource,
  { channel, identity, text, app: appId }: InboundText,
): InboundResult {
  const apps = account.projects.flatMap((project) => project.apps);
  const app = apps.find(({ settings }) => appId === undefined || settings.appId === appId);
  if (app === undefined) return { kind: 'refused', problem: `there is no app ${appId}` };
  const known: readonly string[] = channels;
  if (!known.includes(channel))
    return { kind: 'refused', problem: `there is no channel ${channel}` };
  if (identity === '') return { kind: 'refused', problem: 'identity is required' };
  const from = { channel, identity };
  const conversation = openConversation(app, source, app.settings.mode, [from]);
  const { id } = source.acceptInbound(app, conversation, from, text);
  return { kind: 'received', messageId: id };
}

/** Reads the body of `POST /_inbound`: channel, identity, text and perhaps app. */
export function readInbound(body: JsonObject): InboundText {
  const appId = textIn(body, 'app');
  const [channel, identity, text] = [
    textIn(body, 'channel'),
    textIn(body, 'identity'),
    textIn(body, 'text'),
  ];
  return { channel, identity, text, ...(appId !== '' && { app: appId }) };
}
