/** A text within texts: a body in a job, quoted by an error, in a metadata of another body. */
const maxLayers = 5;
/** A shorter run of base64 is too short for a number. */
const base64Run = /[\w+/-]{16,}={0,2}/g;
/** The share of characters that no text has, above which a decoded run was no base64. */
const maxGarbage = 0.1;
const noText = /[\p{Cc}\uFFFD]/gu;
const whiteSpace = /[\t\n\r]/g;

/** Yields what {@link decodedTexts} does, with the usual digits in place of full-width ones. */
export function* plainTexts(text: string): Generator<string> {
  for (const decoded of decodedTexts(text)) yield normalised(decoded);
}

const beyondAscii = /[^\0-\x7F]/;

/** Full-width digits, ligatures and the like become the usual ones. */
export function normalised(text: string): string {
  return beyondAscii.test(text) ? text.normalize('NFKC') : text;
}

/**
 * Yields a text, and what it means where it is JSON, percent-encoded or base64, also when one is
 * within the other. A digit may stand there as `\u0031` or as `%31`. Its work is bounded by the
 * text's length and the number of layers.
 */
function* decodedTexts(text: string, layers = maxLayers): Generator<string> {
  let current = text;
  for (let left = layers; left > 0; left -= 1) {
    yield current;
    for (const [run] of current.matchAll(base64Run)) {
      const decoded = Buffer.from(run, 'base64').toString();
      if (isText(decoded)) yield* decodedTexts(decoded, left - 1);
    }
    const next = withoutPercents(withoutEscapes(current));
    if (next === current) return;
    current = next;
  }
}

function isText(decoded: string): boolean {
  const visible = decoded.replaceAll(whiteSpace, '');
  const garbage = visible.match(noText)?.length ?? 0;
  return garbage <= visible.length * maxGarbage;
}

const escape = /\\(?:u([\da-f]{4})|(["\\/bfnrt]))/gi;
const controls: Readonly<Record<string, string>> = { b: ' ', f: ' ', n: '\n', r: '\r', t: '\t' };

/** Removes one layer of JSON's escapes. A text that is cut in the middle is read as well. */
function withoutEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(escape, (_, code: string | undefined, letter: string | undefined) =>
    code === undefined
      ? (controls[letter ?? ''] ?? letter ?? '')
      : String.fromCharCode(Number(`0x${code}`)),
  );
}

const percents = /(?:%[\da-f]{2})+/gi;

function withoutPercents(text: string): string {
  if (!text.includes('%')) return text;
  return text.replaceAll(percents, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
}
