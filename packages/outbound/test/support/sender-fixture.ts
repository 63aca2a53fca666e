import {
  type SinchApi as LocalApi,
  type SinchApiOptions as LocalOptions,
  startSinchApi,
} from '@sinch-callbacks/simulator/api';
import { createSinchApi } from '@sinch-callbacks/sinch-api';
import { onTestFinished } from 'vitest';
import {
  type SenderEvents,
  type SenderTimings,
  type SendFacts,
  startSender,
} from '../../src/index.ts';
import type { OutboundFixture } from './outbound-fixture.ts';

/** Short waits: what is tested does not depend on them. */
export const quickTimings: SenderTimings = {
  pollMs: 20,
  holdMs: 2_000,
  extendMs: 400,
  recoverMs: 200,
  readAppMs: 200,
  resendAfterMs: 500,
  stopWithinMs: 5_000,
};

export interface SenderFixture {
  readonly appId: string;
  readonly api: LocalApi;
  readonly sent: readonly SendFacts[];
  readonly problems: readonly unknown[];
  /** The markers at all phones, with their messages' ids. */
  markers(): ReadonlyMap<string, readonly string[]>;
  stop(): Promise<void>;
}

/** Starts a local Sinch with one app, and a sender of that app in this process. */
export async function openSenderFixture(
  { database }: OutboundFixture,
  options: LocalOptions = {},
  timings: Partial<SenderTimings> = {},
): Promise<SenderFixture> {
  const local = await startSinchApi(options);
  const [project] = local.projects;
  const appId = project?.appIds[0];
  if (project === undefined || appId === undefined) throw new Error('no app');
  const { projectId, keyId, keySecret } = project;
  const api = createSinchApi({
    region: 'eu',
    projectId,
    keyId,
    keySecret,
    apiUrl: local.url,
    authUrl: local.url,
    timings: { requestMs: 1_000, firstPauseMs: 20 },
  });
  const sent: SendFacts[] = [];
  const problems: unknown[] = [];
  const events: SenderEvents = {
    ...ignoreEvents,
    sent: (facts) => void sent.push(facts),
    appFailed: (error) => void problems.push(error),
    databaseFailed: (error) => void problems.push(error),
    failed: (error) => void problems.push(error),
  };
  const sender = startSender({
    database,
    api,
    appId,
    events,
    perSecond: 400,
    timings: { ...quickTimings, ...timings },
  });
  const stop = async () => {
    await sender.stop();
    await api.close();
    await local.close();
  };
  onTestFinished(stop);
  return { appId, api: local, sent, problems, markers: () => markersOf(local), stop };
}

const marker = /^sc:([\da-f-]{36});/;

/** Collects what phones received, by the id in its marker. */
export function markersOf(api: Pick<LocalApi, 'truth'>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { metadata, messageId } of Object.values(api.truth().phones).flat()) {
    const id = marker.exec(metadata)?.[1] ?? `unmarked ${messageId}`;
    found.set(id, [...(found.get(id) ?? []), messageId]);
  }
  return found;
}

const ignore = () => undefined;

/** For tests of what a sender does, not of what it reports. */
export const ignoreEvents: SenderEvents = {
  sent: ignore,
  appFailed: ignore,
  appRead: ignore,
  paused: ignore,
  holdersLost: ignore,
  found: ignore,
  expired: ignore,
  resent: ignore,
  databaseFailed: ignore,
  databaseAnswered: ignore,
  failed: ignore,
};
