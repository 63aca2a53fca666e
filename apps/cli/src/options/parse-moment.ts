const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const agoPattern = /^(\d{1,9})([smhdw])$/;
const isoPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** The forms that {@link parseMoment} reads, for help and messages. */
export const momentForms = 'a time ago (90s, 15m, 2h, 3d, 1w) or ISO 8601 (UTC unless it says)';

/**
 * Reads a moment: `2h` is two hours before `now`; `2026-11-23`, `2026-11-23T18:00` and
 * `2026-11-23T18:00:00+01:00` are themselves. `undefined` for anything else.
 */
export function parseMoment(text: string, now: Date): Date | undefined {
  const [, amount, unit] = agoPattern.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) {
    return validDate(now.getTime() - Number(amount) * (unitMs[unit] ?? 0));
  }
  const match = isoPattern.exec(text);
  if (match === null || !isDayOfMonth(match)) return undefined;
  const hasTime = text.length > 10;
  const zone = hasTime && match[4] === undefined ? 'Z' : '';
  return validDate(Date.parse(`${text.replace(' ', 'T').toUpperCase()}${zone}`));
}

/** JavaScript takes 31 February for 3 March. */
function isDayOfMonth([, year, month, day]: RegExpExecArray): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function validDate(atMs: number): Date | undefined {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
