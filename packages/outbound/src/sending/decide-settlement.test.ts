import { type Certainty, SinchApiError } from '@sinch-callbacks/sinch-api';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideSettlement } from './decide-settlement.ts';

const failures = fc.record({
  status: fc.option(fc.integer({ min: 100, max: 599 }), { nil: undefined }),
  rpcStatus: fc.option(fc.constantFrom('INVALID_ARGUMENT', 'UNAVAILABLE'), { nil: undefined }),
  message: fc.string(),
  operation: fc.constantFrom('token' as const, 'messages.send' as const),
  retryAfterMs: fc.option(fc.integer({ min: 0, max: 86_400_000 }), { nil: undefined }),
});
const attempts = fc.integer({ min: 1, max: 100 });
const random = fc.double({ min: 0, max: 1, noNaN: true });

const decide = (certainty: Certainty, more: object = {}, tries = 1) => {
  const facts = {
    status: undefined,
    rpcStatus: undefined,
    message: 'm',
    operation: 'messages.send',
    certainty,
    ...more,
  } as const;
  const error = new SinchApiError(facts);
  return decideSettlement({ kind: 'failed', error }, tries, 0.5);
};

describe('a message', () => {
  it('is sent again only where its request was certainly not carried out', () => {
    const certainties = fc.constantFrom<Certainty>('not-sent', 'sent', 'unknown');
    fc.assert(
      fc.property(certainties, failures, attempts, random, (certainty, facts, tries, drawn) => {
        const error = new SinchApiError({ ...facts, certainty });
        const { state } = decideSettlement({ kind: 'failed', error }, tries, drawn);
        const allowed = {
          'not-sent': ['QUEUED', 'REFUSED'],
          sent: ['SENT'],
          unknown: ['UNCERTAIN'],
        };
        expect(allowed[certainty]).toContain(state);
      }),
    );
  });

  it('is tried again no sooner than Sinch asks, and within bounds otherwise', () => {
    fc.assert(
      fc.property(failures, attempts, random, (facts, tries, drawn) => {
        const error = new SinchApiError({ ...facts, certainty: 'not-sent' });
        const settlement = decideSettlement({ kind: 'failed', error }, tries, drawn);
        if (settlement.state !== 'QUEUED') return;
        const asked = facts.retryAfterMs ?? 0;
        expect(settlement.pauseMs).toBeGreaterThanOrEqual(Math.max(asked, 1_000));
        expect(settlement.pauseMs).toBeLessThanOrEqual(Math.max(asked, 375_000));
      }),
    );
  });

  it.each([400, 403, 404, 413])('that Sinch refuses with %i is refused', (status) => {
    expect(decide('not-sent', { status })).toMatchObject({ state: 'REFUSED' });
  });

  it.each([401, 429, undefined])('that met %s is queued again', (status) => {
    expect(decide('not-sent', { status })).toMatchObject({ state: 'QUEUED' });
  });

  it.each([400, 401, 403, 404])('without a token, by %i, is queued again', (status) => {
    const refused = decide('not-sent', { status, operation: 'token' });
    expect(refused).toMatchObject({ state: 'QUEUED', errorClass: 'unreachable' });
  });

  it('with another error may have been sent', () => {
    const error = new TypeError('a bug');
    const settlement = decideSettlement({ kind: 'failed', error }, 1, 0);
    expect(settlement).toMatchObject({ state: 'UNCERTAIN' });
  });
});
