import {
  type SinchApiOptions,
  sinchVariablesOf,
  startSinchApi,
} from '@sinch-callbacks/simulator/api';
import {
  createSinchApi,
  type SinchApiTimings,
  type Webhook,
  type WebhookCreation,
  webhookTriggers,
} from '@sinch-callbacks/sinch-api';
import { onTestFinished } from 'vitest';
import { callbacksHere, type Ended, type EndedJson, type Environment } from './cli-harness.ts';
import { type Reply, startHttpServer } from './http-server.ts';

/** The secrets of {@link openAccount}: the new one first. */
export const secrets = { new: 'new-hook-secret', old: 'old-hook-secret' };

/**
 * Opens a local Sinch with one empty app, an ingest to register, and runs of the command on both.
 */
export async function openAccount(
  options: SinchApiOptions = {},
  more: Environment = {},
  timings: Partial<SinchApiTimings> = { requestMs: 1_000 },
) {
  const sinch = await startSinchApi({ seed: 'test', ...options });
  onTestFinished(async () => await sinch.close());
  const [project] = sinch.projects;
  const appId = project?.appIds[0];
  if (project === undefined || appId === undefined) throw new Error('The API has no app.');
  const health: { answer: Reply } = { answer: { status: 200, body: '{}' } };
  const ingest = await startHttpServer(() => health.answer);
  const target = `${ingest.url}/api/sinch/webhook`;
  const env: Environment = {
    ...sinchVariablesOf(sinch),
    SINCH_WEBHOOK_SECRET: `${secrets.new},${secrets.old}`,
    ...more,
  };
  const output: string[] = [];

  async function run(...args: readonly string[]): Promise<Ended> {
    const ended = await callbacksHere(['webhooks', ...args, '--no-stack'], env);
    output.push(ended.stdout, ended.stderr);
    return ended;
  }

  return {
    sinch,
    appId,
    target,
    health,
    ingest,
    env,
    /** Runs `callbacks webhooks` with these arguments. */
    run,
    async runJson(...args: readonly string[]): Promise<EndedJson> {
      const ended = await run(...args, '--json');
      return { ...ended, document: JSON.parse(ended.stdout) };
    },
    sync: async (...args: readonly string[]) => await run('sync', '--target', target, ...args),
    /** All that the command has printed. */
    printed: () => output.join('\n'),
    ...callsOf(sinch.url, project, appId, { target, timings }),
  };
}

/** Calls of Sinch's API that pass the command by. They try again where the API has faults. */
function callsOf(
  url: string,
  { projectId, keyId, keySecret }: { projectId: string; keyId: string; keySecret: string },
  appId: string,
  { target, timings }: { target: string; timings: Partial<SinchApiTimings> },
) {
  const api = createSinchApi({
    region: 'eu',
    apiUrl: url,
    authUrl: url,
    projectId,
    keyId,
    keySecret,
    timings,
  });
  onTestFinished(async () => await api.close());
  return {
    /** All webhooks, with their secrets. */
    webhooks: async (): Promise<readonly Webhook[]> => await api.webhooks.list(appId),
    /** Registers one at the target, as it should be but for these changes. */
    register: async (changes: Partial<WebhookCreation> = {}): Promise<Webhook> =>
      await api.webhooks.create({
        app_id: appId,
        target,
        target_type: 'HTTP',
        triggers: [...webhookTriggers],
        secret: secrets.new,
        ...changes,
      }),
  };
}
