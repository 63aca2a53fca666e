/** Postgres names its own things in quotes too, and those are what an operator needs. */
const nameInQuotes =
  /\b(?:relation|table|column|constraint|index|type|function|database|role|user|schema|sequence|trigger|parameter|extension) "[a-z_][a-z0-9_.]*"/g;

/** Detail lines show whole rows: `Key (identity)=(…) already exists`, `Failing row contains (…)`. */
const rowInDetail = /\b(Key \([^)]*\)=|Failing row contains )\([\s\S]*\)/;

/** A trigger's or function's own words, `RAISE EXCEPTION`: anything may stand in them. */
const raisedWords = [
  [/^[\s\S]*(?= \(SQLSTATE P0\w{3}\))/, 'raised in the database'],
  [/(Code: `P0\w{3}`\. Message: )`[\s\S]*`/, '$1`[redacted]`'],
] as const;

/**
 * Takes out of an error's message what it quotes of the data: from the first double quote that
 * does not name a thing of Postgres to the last one, since values may hold quotes themselves.
 */
export function withoutQuotedValues(text: string): string {
  const plain = raisedWords
    .reduce((rest, [pattern, words]) => rest.replace(pattern, words), text)
    .replace(rowInDetail, '$1([redacted])');
  const blinded = plain.replace(nameInQuotes, (name) => name.replaceAll('"', ' '));
  const [first, last] = [blinded.indexOf('"'), blinded.lastIndexOf('"')];
  if (first === last) return plain;
  return `${plain.slice(0, first)}"[redacted]"${plain.slice(last + 1)}`;
}
