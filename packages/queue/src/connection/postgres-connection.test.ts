import { expect, it } from 'vitest';
import { postgresConnection } from './postgres-connection.ts';

const schemaOf = (prefix?: string) => {
  const place = { backend: { url: 'postgres://localhost' }, ...(prefix && { prefix }) };
  return postgresConnection(place, { kind: 'wait' }).schema;
};

it('each prefix has a schema of its own', () => {
  const prefixes = ['a-b', 'a_b', 'a__b', 'a_-b', 'a-_b', 'a_db', 'adb', 'a-db', 'ab'];
  expect(new Set(prefixes.map(schemaOf)).size).toBe(prefixes.length);
});

it('the schema of a prefix without dash and underscore is called after it', () => {
  expect([schemaOf(), schemaOf('sinch'), schemaOf('orders2')]).toEqual([
    'sinch_queue',
    'sinch_queue',
    'orders2_queue',
  ]);
});
