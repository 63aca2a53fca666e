import { fileURLToPath } from 'node:url';
import { type ProcessOptions, startProcess } from '@sinch-callbacks/dev-env/processes';
import { type FaultProxy, openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import {
  type AppVariables,
  type Cleanup,
  registerWebhook,
  senderProcess,
} from '@sinch-callbacks/dev-env/stack';
import { steadyPort } from '../stack/servers.ts';
import type { SupervisedProcess } from '../stack/supervised-process.ts';
import type { Workspace } from '../stack/workspace.ts';
import { sinchVariablesAt } from './simulated-account.ts';

/** The simulated Sinch, and the connections of senders to it. */
export interface SinchSide {
  /**
   * It can be frozen, and its connections can be cut, but it is never killed: its memory is the
   * proof of what phones received, and Sinch does not forget what it has accepted. For a sender a
   * cut is the same as a kill.
   */
  readonly sinch: SupervisedProcess;
  /** Its own address, for the truth. */
  readonly sinchUrl: string;
  readonly proxy: FaultProxy;
}

const mainFile = fileURLToPath(new URL('sinch-main.ts', import.meta.url));

/** Starts the simulated Sinch and the proxy of all senders. */
export async function openSinchSide(
  seed: string,
  workspace: Workspace,
  cleanup: Cleanup,
): Promise<SinchSide> {
  const port = await steadyPort();
  const sinchUrl = `http://127.0.0.1:${port}`;
  const options: ProcessOptions = {
    name: 'sinch',
    command: process.execPath,
    args: [mainFile, String(port), seed],
    readyWhen: { kind: 'http', url: `${sinchUrl}/_truth` },
    log: workspace.logOf('sinch'),
  };
  const sinch = workspace.open('sinch', () => startProcess(options));
  const proxy = await openFaultProxy(sinchUrl, 'restored', await steadyPort());
  cleanup.add('the proxy to sinch', () => proxy.close());
  await sinch.start();
  return { sinch, sinchUrl, proxy };
}

/** Registers the stack's webhook. Its triggers include submits, which settle what is uncertain. */
export async function registerStack(
  { sinchUrl }: Pick<SinchSide, 'sinchUrl'>,
  webhookUrl: string,
  secret: string,
): Promise<void> {
  await registerWebhook(sinchVariablesAt(sinchUrl), webhookUrl, secret);
}

/** Opens a sender that reaches Sinch through the proxy. */
export async function openSender(
  name: string,
  variables: AppVariables,
  { proxy }: Pick<SinchSide, 'proxy'>,
  { workspace, readyTimeoutMs }: { workspace: Workspace; readyTimeoutMs: number },
): Promise<SupervisedProcess> {
  const sinch = sinchVariablesAt(new URL(proxy.url).origin);
  const app = senderProcess(variables, sinch, await steadyPort());
  const options = { ...app, readyTimeoutMs, name, log: workspace.logOf(name) };
  return workspace.open(name, () => startProcess(options));
}
