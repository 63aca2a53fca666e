import { z } from 'zod';

const promise =
  'must be secrets with commas between them; one that holds a comma or begins with a quote stands in double quotes, with each quote of its own doubled';

/**
 * Secrets separated by commas. Blanks around them are dropped, and so are empty ones.
 *
 * A secret that begins with a double quote ends with one, and may hold commas, blanks at its ends
 * and doubled quotes in between, as in a CSV file. A quote inside any other secret is part of it.
 */
export function secretList() {
  return z.string().transform((text, context): readonly string[] => {
    const secrets = readSecrets(text);
    if (secrets !== undefined) return secrets.filter((secret) => secret !== '');
    context.addIssue({ code: 'custom', message: promise });
    return z.NEVER;
  });
}

/** One secret, quoted or plain, and the comma or the end behind it. */
const nextSecret = /\s*(?:"((?:[^"]|"")*)"\s*|([^",\s][^,]*|))(,|$)/y;

/** Undefined where quotes do not match. */
function readSecrets(text: string): string[] | undefined {
  const secrets: string[] = [];
  const pattern = new RegExp(nextSecret);
  for (;;) {
    const found = pattern.exec(text);
    if (found === null) return undefined;
    const [, quoted, plain = '', end] = found;
    secrets.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === '') return secrets;
  }
}
