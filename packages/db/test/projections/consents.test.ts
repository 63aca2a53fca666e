import type { CallbackEvent } from '@sinch-callbacks/core';
import { describe, expect, it } from 'vitest';
import { createEventWriter } from '../../src/index.ts';
import { eventOf, toWrite, useMigratedDatabase } from '../support.ts';

// consent-view.test.ts holds the view against its rules; these are callbacks as Sinch sends
// them, each with its expected result.
const migrated = useMigratedDatabase('one-emptied');

const number = '15550100';
const receivedAt = (second: number) => `2026-11-27T04:00:${String(second).padStart(2, '0')}.000Z`;

function opt(kind: 'in' | 'out', time: string | undefined, fields: object = {}, others = {}) {
  return {
    app_id: 'app',
    ...(time === undefined ? {} : { event_time: time }),
    [`opt_${kind}_notification`]: {
      channel: 'SMS',
      identity: number,
      status: `OPT_${kind.toUpperCase()}_SUCCEEDED`,
      ...fields,
    },
    ...others,
  };
}

async function write(...events: readonly CallbackEvent[]): Promise<void> {
  const writer = createEventWriter(migrated.database, () => new Date());
  for (const event of events) {
    const [outcome] = await writer.write([toWrite(event)]);
    expect(outcome?.kind).not.toBe('failed');
  }
}

/** Receives the callbacks one after the other, a second apart. */
const receive = async (...bodies: readonly (object | string)[]) =>
  await write(...bodies.map((body, index) => eventOf(body, receivedAt(index))));

const states = async () =>
  await migrated.read('SELECT identity, state FROM consent_current ORDER BY identity');

const optedOut = [{ identity: number, state: 'OPTED_OUT' }];
const optedIn = [{ identity: number, state: 'OPTED_IN' }];

describe('an opt-out after an opt-in counts', () => {
  const before = opt('in', '2026-11-20T14:30:00Z');

  it.each([
    '2026-11-26T15:45:00.456',
    '2026-11-26T15:45:00+0000',
    '2026-11-26 15:45:00,456+02',
    '2026-11-26T15:45',
    '1795707900',
    'the day before yesterday',
    undefined,
  ])('at the time %s', async (time) => {
    await receive(before, opt('out', time));
    expect(await states()).toEqual(optedOut);
  });

  it.each([`+${number}`, '+1 (555) 0100', '1-555-0100'])('from the number %s', async (identity) => {
    await receive(before, opt('out', '2026-11-26T14:30:00Z', { identity }));
    expect(await states()).toEqual(optedOut);
  });

  it('beside a member of the oneof that is null', async () => {
    await receive(before, opt('out', '2026-11-26T14:30:00Z', {}, { opt_in_notification: null }));
    expect(await states()).toEqual(optedOut);
  });

  it('without a time, although the opt-in had one of the far future', async () => {
    await receive(opt('in', '2062-01-01T00:00:00Z'), opt('out', undefined));
    expect(await states()).toEqual(optedOut);
  });

  it('with a status that is not specified', async () => {
    await receive(
      before,
      opt('out', '2026-11-26T14:30:00Z', { status: 'OPT_OUT_STATUS_UNSPECIFIED' }),
    );
    expect(await states()).toEqual(optedOut);
  });

  it('at the very same time', async () => {
    await receive(opt('out', '2026-11-20T14:30:00Z'), before);
    expect(await states()).toEqual(optedOut);
  });
});

describe('an opt-in', () => {
  const out = opt('out', '2026-11-20T09:00:00Z');

  it('after an opt-out counts', async () => {
    await receive(out, opt('in', '2026-11-21T09:00:00Z'));
    expect(await states()).toEqual(optedIn);
  });

  it.each(['OPT_IN_STATUS_UNSPECIFIED', 'OPT_IN_FAILED'])(
    'that is %s grants nothing',
    async (status) => {
      await receive(out, opt('in', '2026-11-21T09:00:00Z', { status }));
      expect(await states()).toEqual(optedOut);
      expect(await migrated.read('SELECT FROM consent_event')).toHaveLength(2);
    },
  );

  it('of a contact alone undoes only an opt-out of the contact alone', async () => {
    const wide = (kind: 'in' | 'out', time: string) =>
      opt(kind, time, { contact_id: 'c', identity: undefined });
    await receive(
      opt('in', '2026-11-19T09:00:00Z', { contact_id: 'c' }),
      wide('out', '2026-11-20T09:00:00Z'),
    );
    expect(await states()).toEqual(optedOut);
    await receive(wide('in', '2026-11-21T09:00:00Z'));
    expect(await states()).toEqual(optedIn);
    await receive(opt('out', '2026-11-20T10:00:00Z', { contact_id: 'c' }));
    expect(await states()).toEqual(optedOut);
  });
});

describe('the consent of a number', () => {
  it('includes the consents of its contact for all its identities', async () => {
    await receive(
      opt('in', '2026-11-20T10:00:00Z', { contact_id: 'c', identity: `+${number}` }),
      opt('out', '2026-11-20T11:00:00Z', { contact_id: 'c', identity: undefined }),
    );
    expect(await states()).toEqual(optedOut);
  });

  it('is one, whatever contacts it has, before and after they are merged', async () => {
    const words = [
      opt('in', '2026-11-20T09:00:00Z', { contact_id: 'a' }),
      opt('out', '2026-11-20T10:00:00Z', { contact_id: 'b' }),
    ];
    await receive(...words);
    expect(await states()).toEqual(optedOut);
    await receive({
      event_time: '2026-11-20T12:00:00Z',
      contact_merge_notification: { preserved_contact: { id: 'a' }, deleted_contact: { id: 'b' } },
    });
    expect(await migrated.read('SELECT contact_id, state FROM consent_current')).toEqual([
      { contact_id: 'a', state: 'OPTED_OUT' },
    ]);
  });

  it('is another one for another channel and another app', async () => {
    await receive(
      opt('in', '2026-11-20T09:00:00Z'),
      opt('out', '2026-11-20T10:00:00Z', { channel: 'RCS' }),
      { ...opt('out', '2026-11-20T10:00:00Z'), app_id: 'other' },
    );
    const found = await migrated.read(
      'SELECT app_id, channel, state FROM consent_current ORDER BY 1, 2',
    );
    expect(found).toEqual([
      { app_id: 'app', channel: 'RCS', state: 'OPTED_OUT' },
      { app_id: 'app', channel: 'SMS', state: 'OPTED_IN' },
      { app_id: 'other', channel: 'SMS', state: 'OPTED_OUT' },
    ]);
  });

  it('is not known where only a contact without a number opted in or out', async () => {
    await receive(opt('out', undefined, { contact_id: 'c', identity: '' }));
    const found = await migrated.read('SELECT identity, contact_id, state FROM consent_current');
    expect(found).toEqual([{ identity: null, contact_id: 'c', state: 'OPTED_OUT' }]);
  });
});

describe('an opt-out without a time that comes again in the same bytes after an opt-in', () => {
  const out = opt('out', undefined);
  const between = eventOf(opt('in', receivedAt(5)), receivedAt(6));
  const signed = (second: number, nonce: string): CallbackEvent => ({
    ...eventOf(out, receivedAt(second)),
    signature: { timestampSeconds: 0, nonce, secretPosition: 0, isStale: false },
  });

  it('counts where it was signed again', async () => {
    await write(signed(0, 'one'), between, signed(9, 'two'));
    expect(await states()).toEqual(optedOut);
    expect(await migrated.read('SELECT FROM consent_event')).toHaveLength(2);
  });

  it('changes nothing where it is the very same delivery', async () => {
    await write(signed(0, 'one'), between, signed(9, 'one'));
    expect(await states()).toEqual(optedIn);
  });

  it('counts in one batch with its copy', async () => {
    await write(between);
    const writer = createEventWriter(migrated.database, () => new Date());
    const outcomes = await writer.write([signed(0, 'one'), signed(9, 'two')].map(toWrite));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['applied', 'duplicate']);
    expect(await states()).toEqual(optedOut);
  });
});
