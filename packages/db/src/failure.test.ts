import pg from 'pg';
import { expect, it } from 'vitest';
import { classifyFailure } from './failure.ts';

function errorOf(code: string): Error {
  return Object.assign(new pg.DatabaseError('no', 1, 'error'), { code });
}

it.each([
  ['a lack of resources', '53000'],
  ['a full disk', '53100'],
  ['a server without memory', '53200'],
  ['a server without connections', '53300'],
  ['a limit of the server’s configuration', '53400'],
  ['an internal error of the server, or of a pooler', 'XX000'],
  ['a schema that is not there', '3F000'],
])('%s is not caused by an event, and costs none an attempt', (_, sqlState) => {
  expect(classifyFailure(errorOf(sqlState))).toBe('infrastructure');
});

it.each([
  ['a damaged table, which other events may not need', 'XX001', 'transient'],
  ['a statement that takes too long', '57014', 'transient'],
  ['a locked row', '55P03', 'blocked'],
  ['a constraint', '23505', 'permanent'],
])('%s is a failure of the event that meets it', (_, sqlState, failureClass) => {
  expect(classifyFailure(errorOf(sqlState))).toBe(failureClass);
});
