import { inspect } from 'node:util';
import type { TriedRun } from '@sinch-callbacks/handlers/testing';
import { oneLine, plainText } from '../../terminal/format.ts';

/** Describes a tried run, for people. */
export function triedLines({
  outcome,
  error,
  retryAt,
  statements,
  sends,
  log,
}: TriedRun): string[] {
  const at = retryAt === undefined ? '' : ` at ${retryAt.toISOString()}`;
  return [
    `${outcome}${at}${error === undefined ? '' : `: ${oneLine(error)}`}`,
    ...statements.map(({ text, values }) => `  not kept: ${plainText(text)} ${showValues(values)}`),
    ...sends.map(
      ({ name, message, outcome: end }) =>
        `  not sent: ${oneLine(name)} (${end}) ${plainText(jsonOf(message))}`,
    ),
    ...log.map(
      ({ level, message, facts }) =>
        `  log ${level}: ${oneLine(message)} ${plainText(jsonOf(facts))}`,
    ),
  ];
}

/** Returns a tried run whose values all have a JSON form. */
export function plainRun({ statements, log, ...run }: TriedRun): object {
  const plain = (value: unknown): unknown => JSON.parse(jsonOf(value));
  return {
    ...run,
    statements: statements.map(({ text, values }) => ({ text, values: values.map(plain) })),
    log: log.map((line) => ({ ...line, facts: plain(line.facts) })),
  };
}

function showValues(values: readonly unknown[]): string {
  return values.length === 0 ? '' : plainText(`[${values.map(jsonOf).join(',')}]`);
}

const inspectDepth = 3;

/** Writes a value of the user's code as JSON, also one that has no such form. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value, withForm) ?? 'null';
  } catch {
    // It refers to itself, or its toJSON failed.
    return JSON.stringify(inspect(value, { depth: inspectDepth }));
  }
}

function withForm(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? { name: value.name, message: value.message } : value;
}
