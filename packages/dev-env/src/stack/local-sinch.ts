import { setTimeout as sleep } from 'node:timers/promises';
import type { StartedProcess } from '../processes/index.ts';

/** The variables that point a client at the local Sinch API. Its keys open nothing else. */
export type SinchVariables = Readonly<Record<(typeof names)[number], string>>;

const names = [
  'SINCH_REGION',
  'SINCH_API_URL',
  'SINCH_AUTH_URL',
  'SINCH_PROJECT_ID',
  'SINCH_APP_ID',
  'SINCH_ACCESS_KEY_ID',
  'SINCH_ACCESS_SECRET',
] as const;

const readWithinMs = 10_000;
const pollMs = 50;

/**
 * Reads the variables that `callbacks sinch --api` prints.
 * @throws when it has not printed them in time.
 */
export async function readSinchVariables(api: StartedProcess): Promise<SinchVariables> {
  const giveUpAtMs = performance.now() + readWithinMs;
  for (;;) {
    const lines = api.lastLines();
    const found = names.map((name) => {
      const [, value] = new RegExp(`^ +${name}=(\\S+)$`, 'm').exec(lines) ?? [];
      return [name, value] as const;
    });
    if (found.every(([, value]) => value !== undefined)) {
      return Object.fromEntries(found) as SinchVariables;
    }
    if (performance.now() > giveUpAtMs) throw new Error('the Sinch API printed no variables');
    await sleep(pollMs);
  }
}

/** Every trigger, as `callbacks webhooks sync` sets them. */
const triggers = [
  'MESSAGE_INBOUND',
  'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION',
  'MESSAGE_SUBMIT',
  'MESSAGE_DELIVERY',
  'EVENT_INBOUND',
  'EVENT_DELIVERY',
  'CONVERSATION_START',
  'CONVERSATION_STOP',
  'CONVERSATION_DELETE',
  'CONTACT_CREATE',
  'CONTACT_DELETE',
  'CONTACT_MERGE',
  'CONTACT_UPDATE',
  'CONTACT_IDENTITIES_DUPLICATION',
  'CAPABILITY',
  'OPT_IN',
  'OPT_OUT',
  'CHANNEL_EVENT',
  'UNSUPPORTED',
  'SMART_CONVERSATIONS',
  'RECORD_NOTIFICATION',
];

/**
 * Registers the stack's own webhook at the local API.
 * @throws when the API refuses it.
 */
export async function registerWebhook(
  variables: SinchVariables,
  target: string,
  secret: string,
): Promise<void> {
  const { SINCH_API_URL: url, SINCH_PROJECT_ID: project, SINCH_APP_ID: app } = variables;
  const key = `${variables.SINCH_ACCESS_KEY_ID}:${variables.SINCH_ACCESS_SECRET}`;
  const { access_token: token } = await request<{ access_token: string }>(
    `${variables.SINCH_AUTH_URL}/oauth2/token`,
    {
      authorization: `Basic ${Buffer.from(key).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    'grant_type=client_credentials',
  );
  await request(
    `${url}/v1/projects/${project}/webhooks`,
    { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    JSON.stringify({ app_id: app, target, target_type: 'HTTP', triggers, secret }),
  );
}

async function request<Answer>(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Answer> {
  const signal = AbortSignal.timeout(readWithinMs);
  const response = await fetch(url, { method: 'POST', headers, body, signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`the Sinch API answered ${response.status}: ${text}`);
  return JSON.parse(text) as Answer;
}
