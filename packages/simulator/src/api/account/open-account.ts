import { createRateLimit } from '../../delivery/delivery-rules.ts';
import { type Random, ulid, uuid } from '../../random.ts';
import { type ContactBook, createContactBook } from '../messages/contact-book.ts';
import { createMessageStore, type MessageStore } from '../messages/message-store.ts';
import { createOutboundQueue, type OutboundQueue } from '../messages/outbound-queue.ts';
import type { AccessKey } from '../oauth/token-store.ts';
import type { SimulatedAppOptions, SimulatedProjectOptions } from '../sinch-api-options.ts';
import type { Webhook } from '../webhooks/webhook.ts';

/** An app's settings with every default. */
export type AppSettings = Required<SimulatedAppOptions>;

/** An app and all that Sinch keeps for it. */
export interface SimulatedApp {
  readonly projectId: string;
  readonly settings: AppSettings;
  readonly webhooks: Map<string, Webhook>;
  readonly messages: MessageStore;
  readonly contacts: ContactBook;
  readonly queue: OutboundQueue;
}

export interface SimulatedProject {
  readonly key: AccessKey;
  readonly apps: readonly SimulatedApp[];
  /** Takes a request of the project's rate, if there is one. */
  takeRequest(): boolean;
}

/** All projects of the API. */
export interface Account {
  readonly projects: readonly SimulatedProject[];
  newId(): string;
  findProject(projectId: string): SimulatedProject | undefined;
  findApp(projectId: string, appId: string): SimulatedApp | undefined;
  /** Finds the app of a webhook. */
  findWebhookApp(projectId: string, webhookId: string): SimulatedApp | undefined;
}

export interface AccountOptions {
  readonly projects: readonly SimulatedProjectOptions[];
  readonly requestsPerSecond: number;
  readonly random: Random;
  readonly clock: () => Date;
}

export function openAccount({
  projects: given,
  requestsPerSecond,
  random,
  clock,
}: AccountOptions): Account {
  // Ids of settings have no time in them: the same seed gives the same ones at any time.
  const settledId = () => ulid(Date.UTC(2026, 0, 15), random);
  const newId = () => ulid(clock().getTime(), random);

  function openApp(projectId: string, options: SimulatedAppOptions): SimulatedApp {
    const settings = { ...newApp, appId: settledId(), ...options };
    return {
      projectId,
      settings,
      webhooks: new Map(),
      messages: createMessageStore(),
      contacts: createContactBook(newId),
      queue: createOutboundQueue(settings.outboundLimit, settings.outboundPerSecond),
    };
  }

  const projects = given.map((options): SimulatedProject => {
    const { projectId = uuid(random), keyId = uuid(random), keySecret = settledId() } = options;
    const rate = createRateLimit({ perSecond: requestsPerSecond, burst: requestsPerSecond });
    return {
      key: { projectId, keyId, keySecret },
      apps: (options.apps ?? [{}]).map((app) => openApp(projectId, app)),
      takeRequest: () => rate.take(performance.now()),
    };
  });
  const findProject = (projectId: string) =>
    projects.find(({ key }) => key.projectId === projectId);
  const appsOf = (projectId: string) => findProject(projectId)?.apps ?? [];
  return {
    projects,
    newId,
    findProject,
    findApp: (projectId, appId) =>
      appsOf(projectId).find(({ settings }) => settings.appId === appId),
    findWebhookApp: (projectId, id) => appsOf(projectId).find(({ webhooks }) => webhooks.has(id)),
  };
}

const newApp: Omit<AppSettings, 'appId'> = {
  mode: 'DISPATCH',
  retentionDays: 180,
  dispatchRetentionDays: 0,
  persistsMessageStatus: false,
  secretForOverriddenUrls: '',
  outboundLimit: 500_000,
  outboundPerSecond: 20,
};
