import {
  type CallbackRequest,
  type ReceiveOutcome,
  receive,
  signCallback,
} from '@sinch-callbacks/core';
import { knownAnswers } from '@sinch-callbacks/telemetry/ingest-metrics';
import { describe, expect, it } from 'vitest';
import { type CallbackOutcome, outcomeToAnswer } from './outcome-to-answer.ts';

const event = verified('{"message":{"id":"M1"}}');
const outcomes: readonly (readonly [number, CallbackOutcome])[] = [
  [200, { kind: 'accepted', event }],
  [401, { kind: 'rejected', cause: 'signature-mismatch' }],
  [503, { kind: 'not-kept', cause: 'future-timestamp' }],
  [413, { kind: 'too-large' }],
  [400, { kind: 'unreadable-body' }],
  [429, { kind: 'slow-body' }],
  [429, { kind: 'crowded-out' }],
  [503, { kind: 'unconfigured' }],
  [503, { kind: 'unavailable', event, cause: 'ECONNREFUSED' }],
  [503, { kind: 'failed', error: new Error('a bug at postgres://sinch:hunter2@db') }],
  [405, { kind: 'method-not-allowed' }],
];

describe('outcomeToAnswer', () => {
  it.each(outcomes)('answers %i to %o', (status, outcome) => {
    const answer = outcomeToAnswer(outcome);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
  });

  it('gives each answer a count that begins at zero', () => {
    const given = new Set(outcomes.map(([status, { kind }]) => `${status} ${kind}`));
    const counted = new Set(knownAnswers.map(({ status, outcome }) => `${status} ${outcome}`));
    const before = [
      '400 unreadable-request',
      '404 not-found',
      '408 slow-request',
      '431 headers-too-large',
    ];
    expect(counted).toEqual(new Set([...given, ...before]));
  });

  it('asks to come back with every 503 and 429, and with nothing else', () => {
    for (const [status, outcome] of outcomes) {
      const retryAfter = outcomeToAnswer(outcome).headers['retry-after'];
      expect(Number(retryAfter) > 0).toBe(status === 503 || status === 429);
    }
  });

  it('uses no refusal for a fault of ours, since Sinch repeats nothing but 429 and 5xx', () => {
    for (const kind of ['not-kept', 'unconfigured', 'unavailable', 'failed']) {
      const found = outcomes.find(([, outcome]) => outcome.kind === kind);
      expect(found && outcomeToAnswer(found[1]).status).toBe(503);
    }
  });

  it('says what is allowed with 405, and ends the connection where the body is still coming', () => {
    expect(outcomeToAnswer({ kind: 'method-not-allowed' }).headers['allow']).toBe('POST');
    for (const kind of ['too-large', 'unreadable-body', 'slow-body', 'crowded-out'] as const) {
      expect(outcomeToAnswer({ kind }).headers['connection']).toBe('close');
    }
    const rejected = { kind: 'rejected', cause: 'missing-signature-headers' } as const;
    expect(outcomeToAnswer(rejected).headers).not.toHaveProperty('connection');
    const unread = outcomeToAnswer({ ...rejected, isUnread: true });
    expect(unread.headers['connection']).toBe('close');
  });

  it('says one word, and nothing about internals', () => {
    for (const [, outcome] of outcomes) {
      expect(outcomeToAnswer(outcome).body).toMatch(/^\{"status":"[a-z-]+"\}$/);
    }
  });
});

function verified(body: string) {
  const rawBody = Buffer.from(body);
  const headers: Record<string, string> = signCallback({
    rawBody,
    secret: 'secret',
    nonce: '01FJA8B4A7BM43YGWSG9GBV067',
    timestampSeconds: 1_634_579_353,
  });
  const request: CallbackRequest = {
    rawBody,
    readHeader: (name) => headers[name],
    receivedAt: new Date(1_634_579_353_000),
  };
  const settings = {
    secrets: ['secret'],
    timestampToleranceSeconds: 300,
    replayPolicy: 'absorb',
  } as const;
  const outcome: ReceiveOutcome = receive(request, settings);
  if (outcome.kind !== 'verified') throw new Error(outcome.kind);
  return outcome.event;
}
