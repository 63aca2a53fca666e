import { describe, expect, it } from 'vitest';
import { redactText } from './redact.ts';

describe('redactText', () => {
  it.each([
    'invalid input syntax for type json: "hunter2" (SQLSTATE 22P02)',
    'invalid input syntax for type json: "said "hunter2", and left" (SQLSTATE 22P02)',
    'value "hunter2" violates constraint "message_pkey"',
    'date/time field value out of range: "\nhunter2\n"',
    'Unexpected token \'h\', "hunter2" is not valid JSON',
    'duplicate key value\nDETAIL:  Key (identity)=(hunter2) already exists.',
    'null value in column "id"\nDETAIL:  Failing row contains (1, hunter2, (a), null).',
    'no such person: hunter2 (SQLSTATE P0001)',
    'Raw query failed. Code: `P0001`. Message: `no such person: hunter2`',
    'column " hunter2" does not exist',
  ])('takes out what %j quotes of the data', (text) => {
    expect(redactText(text)).not.toContain('hunter2');
    expect(redactText(`${text}\n    at query (file.ts:1:2)`)).not.toContain('hunter2');
  });

  it.each([
    'duplicate key value violates unique constraint "callback_event_pkey" (SQLSTATE 23505)',
    'relation "callback_event" does not exist (SQLSTATE 42P01)',
    'password authentication failed for user "sinch" (SQLSTATE 28P01)',
    'the job cannot be read',
    'an odd " alone',
  ])('keeps %j, which names things of ours', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('still says which code a trigger raised', () => {
    expect(redactText('hunter2 (SQLSTATE P0001)')).toBe('raised in the database (SQLSTATE P0001)');
  });
});
