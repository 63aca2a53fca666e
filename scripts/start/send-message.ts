import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit, startProcess } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { programs, type Stack } from '@sinch-callbacks/dev-env/stack';
import type { SinchTruth } from '@sinch-callbacks/simulator/api';

export interface MessageTarget {
  readonly stack: Pick<Stack, 'databaseUrl' | 'sinch'>;
  readonly signal: AbortSignal;
}

/** The way of one message, from both ends. */
export interface MessageResult {
  /** The state of its row, and the status that its reports made; `none` where there is none. */
  readonly state: string;
  readonly status: string;
  /** The number of times that it reached the simulated phone. It must be 1. */
  readonly atPhone: number;
}

const identity = '+15551234567';
const settleTimeoutMs = 60_000;
const truthTimeoutMs = 10_000;
const pollMs = 100;

/** Queues a message, waits until its reports have made it DELIVERED, and asks the phone. */
export async function sendMessage(
  { stack, signal }: MessageTarget,
  onProgress: (text: string) => void,
): Promise<MessageResult> {
  const key = `start.${randomUUID()}`;
  await queue(stack, key);
  const row = await waitUntilDelivered(stack.databaseUrl, key, signal, onProgress);
  return { state: row.state, status: row.status, atPhone: await countAtPhone(stack, row.id) };
}

/** @throws when the command queues nothing; the message has its last lines. */
async function queue({ databaseUrl, sinch }: MessageTarget['stack'], key: string) {
  const to = ['--to', `SMS:${identity}`, '--text', 'Hello from npm start', '--key', key];
  const command = await startProcess({
    name: 'callbacks messages send',
    command: process.execPath,
    args: [programs.cli, '--no-stack', 'messages', 'send', '--app', sinch.SINCH_APP_ID, ...to],
    cwd: programs.root,
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  const exit = await command.exited;
  if (exit.code === 0) return;
  throw new Error(`No message was queued (${describeExit(exit)}):\n${command.lastLines()}`);
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly state: string;
  readonly status: string;
}

/** Waits until it is delivered, or until the time is up: the row says how far it came. */
async function waitUntilDelivered(
  databaseUrl: string,
  key: string,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<Row> {
  const deadline = performance.now() + settleTimeoutMs;
  for (;;) {
    const [row] = await queryRows<Row>(
      databaseUrl,
      `SELECT o.id, o.state::text AS state, coalesce(m.status, 'none') AS status
       FROM outbound AS o LEFT JOIN message AS m ON m.sinch_message_id = o.sinch_message_id
       WHERE o.key = $1`,
      [key],
    );
    if (row === undefined) throw new Error(`the message ${key} is in no row`);
    onProgress(`${row.state}, its delivery ${row.status}`);
    const isOver = (row.state === 'SENT' && row.status === 'DELIVERED') || signal.aborted;
    if (isOver || performance.now() > deadline) return row;
    await sleep(pollMs);
  }
}

/** Counts what the phone received with the marker of a row. */
async function countAtPhone(
  { sinch }: MessageTarget['stack'],
  outboundId: string,
): Promise<number> {
  const signal = AbortSignal.timeout(truthTimeoutMs);
  const answer = await fetch(`${sinch.SINCH_API_URL}/_truth`, { signal });
  const { phones } = (await answer.json()) as SinchTruth;
  const marker = `sc:${outboundId};`;
  return Object.values(phones)
    .flat()
    .filter(({ metadata }) => metadata.startsWith(marker)).length;
}
