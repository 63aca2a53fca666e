import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { type CallbackEvent, encodeRawBody, recognise, type Trigger } from '@sinch-callbacks/core';
import { burst } from '@sinch-callbacks/simulator';

/** Triggers of most callbacks: messages, their reports, and the people who write them. */
const usualTriggers: ReadonlySet<Trigger> = new Set([
  'MESSAGE_INBOUND',
  'MESSAGE_SUBMIT',
  'MESSAGE_DELIVERY',
  'CONTACT_CREATE',
  'CONVERSATION_START',
  'OPT_IN',
  'OPT_OUT',
]);

/** The size of one burst, which has its own people and messages. */
const messagesPerBurst = 2_000;
const startAt = new Date('2026-01-02T03:04:05.000Z');

/**
 * Makes distinct events as Sinch sends them: message life cycles with failures and switched
 * channels, inbound messages, contacts, conversations and consents, neighbours out of order. The
 * same seed and count give the same bytes.
 */
export function* makeEvents(count: number, seed: string): Generator<CallbackEvent> {
  let made = 0;
  for (let round = 0; made < count; round += 1) {
    const { callbacks } = burst({ seed: `${seed} ${round}`, messages: messagesPerBurst, startAt });
    const seen = new Set<string>();
    for (const { key, trigger, body } of callbacks) {
      if (made === count) return;
      if (seen.has(key) || !usualTriggers.has(trigger)) continue;
      seen.add(key);
      yield asEvent(key, trigger, body, made);
      made += 1;
    }
  }
}

function asEvent(key: string, trigger: Trigger, body: string, place: number): CallbackEvent {
  const recognition = recognise(body);
  const receivedAt = new Date(startAt.getTime() + place);
  return {
    key,
    trigger,
    entityId: recognition.kind === 'known' ? recognition.entityId : undefined,
    rawBody: encodeRawBody(Buffer.from(body)),
    receivedAt: receivedAt.toISOString(),
    signature: {
      timestampSeconds: Math.floor(receivedAt.getTime() / 1_000),
      nonce: `nonce-${place}`,
      secretPosition: 0,
      isStale: false,
    },
  };
}

/** A file of bodies for a load, a JSON string per line, and their event keys by line. */
export interface Bodies {
  readonly file: string;
  readonly keys: readonly string[];
}

export async function writeBodies(directory: string, count: number, seed: string): Promise<Bodies> {
  const file = join(directory, `bodies-${seed}.jsonl`);
  const stream = createWriteStream(file);
  const keys: string[] = [];
  for (const { key, rawBody } of makeEvents(count, seed)) {
    keys.push(key);
    stream.write(`${JSON.stringify(rawBody.text)}\n`);
  }
  stream.end();
  await finished(stream);
  return { file, keys };
}
