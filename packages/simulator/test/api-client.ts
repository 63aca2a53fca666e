import { onTestFinished } from 'vitest';
import type { SinchApiOptions } from '../src/api/sinch-api-options.ts';
import { startSinchApi } from '../src/api/start-sinch-api.ts';
import { startReceiver } from '../src/receiver.fixture.ts';

/** An answer of the API, with its body as JSON. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReturnType<typeof JSON.parse>;
}

/** Starts an API for one test, with calls that carry its first project's token. */
export async function openApi(options: SinchApiOptions = {}) {
  const api = await startSinchApi({ seed: 'test', ...options });
  onTestFinished(async () => await api.close());
  const [project] = api.projects;
  const appId = project?.appIds[0];
  if (project === undefined || appId === undefined) throw new Error('The API has no app.');
  const { projectId, keyId, keySecret } = project;

  async function call(
    method: string,
    url: string,
    body?: unknown,
    headers = {},
  ): Promise<Answered> {
    const answer = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  }

  async function newToken(id = keyId, secret = keySecret): Promise<Answered> {
    const answer = await fetch(`${api.url}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  }

  const token: string = (await newToken()).body.access_token;
  const base = `${api.url}/v1/projects/${projectId}`;
  const request = async (method: string, path: string, body?: unknown): Promise<Answered> =>
    await call(method, `${base}/${path}`, body, { authorization: `Bearer ${token}` });
  return {
    api,
    appId,
    projectId,
    base,
    call,
    request,
    newToken,
    /** Sends a text to a phone. */
    sendText: async (text: string, more: object = {}) =>
      await request('POST', 'messages:send', { ...textTo(appId, text), ...more }),
    /** Registers a receiver, which answers 200, for these triggers. */
    async openWebhook(triggers: readonly string[], secret = 'webhook-secret') {
      const receiver = await startReceiver(() => ({ status: 200, body: '' }));
      const fields = { app_id: appId, target: receiver.url, target_type: 'HTTP', triggers, secret };
      const { body } = await request('POST', 'webhooks', fields);
      const bodies = () =>
        receiver.requests.map(({ rawBody }): Answered['body'] => JSON.parse(rawBody.toString()));
      return { ...receiver, id: String(body.id), bodies };
    },
  };
}

/** The body of a send of a text by SMS. */
export function textTo(appId: string, text: string, identity = '+15551234567') {
  return {
    app_id: appId,
    recipient: { identified_by: { channel_identities: [{ channel: 'SMS', identity }] } },
    message: { text_message: { text } },
  };
}
