import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SinchApi } from '../index.ts';
import { inTurn, keySecret, type Script, startSinch } from '../sinch-server.fixture.ts';
import { privateTexts, redact } from './redact.ts';

const secretText = fc.string({ unit: 'grapheme', minLength: 6, maxLength: 60 });

it('no private text is left in a sentence that quotes it, as it is or as JSON', () => {
  const quotes = fc.array(fc.tuple(secretText, fc.boolean()), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(quotes, (items) => {
      const sentence = items.map(([text, asJson]) => (asJson ? JSON.stringify(text) : text));
      const privates = items.map(([text]) => text);
      const shown = redact(`invalid: ${sentence.join(' and ')}`, privates);
      for (const text of privates) {
        // A text may be part of the sentence itself.
        if (!'invalid:  and (characters, left out)…'.includes(text)) {
          expect(shown).not.toContain(text);
        }
      }
    }),
  );
});

it('keeps the words of Sinch’s own, which explain the error', () => {
  const request = { app_id: '01APP', recipient: { channel: 'SMS', identity: '15551234567' } };
  const privates = privateTexts(request);
  expect(redact('app 01APP has no SMS for 15551234567', privates)).toBe(
    'app 01APP has no SMS for …',
  );
});

it('leaves no part of a text that Sinch has shortened', () => {
  const text = `Dear Ada, ${'your results have come, and they are good. '.repeat(30)}`;
  expect(redact(`text "${text.slice(0, 60)}..." is too long`, [text])).toBe(
    'text "…..." is too long',
  );
  const quoted = JSON.stringify({ line: 'one\ntwo three four five' });
  expect(redact(`bad: ${quoted.slice(0, 28)}…`, ['one\ntwo three four five'])).not.toContain('two');
});

it.each(['15551234567', '+1 (555) 123-4567', '+49 151 2345678', '1.555.123.4567'])(
  'leaves no phone number, in whichever spelling: %s',
  (number) => {
    expect(redact(`the recipient SMS:${number} is invalid`, ['+1-555-1234567'])).toBe(
      'the recipient SMS:… is invalid',
    );
  },
);

it('keeps ids and short numbers', () => {
  const sentence = 'app 01JD1234567890ABCDEF: 500000 of 800 in 30 s, code 4711';
  expect(redact(sentence, [])).toBe(sentence);
});

it('leaves out what is too long for a sentence', () => {
  expect(redact('x'.repeat(501), [])).toBe('(501 characters, left out)');
});

/** Answers with all that it was sent. */
const indiscreet =
  (status: number): Script =>
  ({ authorization, url, body }) => {
    const values = [
      authorization,
      ...privateTexts(JSON.parse(body || '{}')),
      decodeURIComponent(url),
    ];
    const details = [
      { reason: 'BILLING_CREDIT_LIMIT_BREACHED' },
      { field_violations: values.map((description) => ({ field: 'a.b', description })) },
    ];
    return { status, body: { error: { message: values.join(' '), status: 'ABORTED', details } } };
  };

const secrets = ['s3cret-of-the-hook', 's3cret-of-the-client', 'token-1', keySecret];
const texts = ['Your code is 4711', '15551234567', 'marker-0001', 'Ada Lovelace', '51.4778'];

const calls: readonly [string, (api: SinchApi) => Promise<unknown>][] = [
  [
    'webhooks.create',
    (api) =>
      api.webhooks.create({
        app_id: 'A1',
        target: 'https://example.com/hook',
        secret: 's3cret-of-the-hook',
        client_credentials: {
          client_id: 'id',
          client_secret: 's3cret-of-the-client',
          endpoint: 'https://example.com/token',
        },
      }),
  ],
  [
    'messages.send',
    (api) =>
      api.messages.send({
        app_id: 'A1',
        recipient: {
          identified_by: { channel_identities: [{ channel: 'SMS', identity: '15551234567' }] },
        },
        message: { location_message: { title: 'Your code is 4711', latitude: 51.4778 } },
        message_metadata: 'marker-0001',
        conversation_metadata: { name: ['Ada Lovelace'] },
      }),
  ],
  [
    'messages.list',
    (api) =>
      api.messages.list({ messages_source: 'DISPATCH_SOURCE', channel_identity: '15551234567' }),
  ],
];

it.each(calls)('an error of %s shows nothing that was sent', async (_, call) => {
  const scripts = [
    ...[400, 401, 404, 409, 503].map(indiscreet),
    inTurn('lose'),
    inTurn('cut'),
    inTurn({ status: 200, body: `not JSON ${secrets.join(' ')}` }),
    inTurn({ status: 400, body: `not JSON ${secrets.join(' ')}` }),
  ];
  for (const script of scripts) {
    const { api } = await startSinch(script);
    const error: unknown = await call(api).catch((reason: unknown) => reason);
    const shown = inspect(error, { depth: 9, showHidden: true });
    expect(shown).toContain('SinchApiError');
    for (const text of [...secrets, ...texts]) expect(shown).not.toContain(text);
  }
});

it('an error shows the reason that Sinch gives', async () => {
  const { api } = await startSinch(indiscreet(403));
  await expect(api.apps.get('A1')).rejects.toThrow('BILLING_CREDIT_LIMIT_BREACHED');
});
