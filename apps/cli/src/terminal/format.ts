/**
 * Formats foreign text as one line of at most `maxLength` characters. Control characters become
 * spaces: an error message may quote a callback's body, and a terminal would obey them.
 */
export function oneLine(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1)}…`;
}

/** Formats foreign text as a table's cell: `-` for none. */
export function cellText(text: string | undefined): string {
  return text === undefined || text === '' ? '-' : oneLine(text);
}

/** Formats foreign text of several lines, without control characters that a terminal obeys. */
export function plainText(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}/gu, '\uFFFD');
}

/** Formats an instant: `2026-11-23 18:05:44Z`. */
export function showInstant(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** Formats a duration by its largest unit: `45s`, `12m`, `3h`, `2d`. */
export function showDuration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** Formats a count: `1 letter`, `2 letters`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** Formats a size: `12.5 MiB`. */
export function showBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const amount = bytes / 1024 ** power;
  return `${Number(amount.toFixed(1))} ${units[power] ?? ''}`;
}

/** Formats rows in columns as wide as their longest cell. The last column is not padded. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Formats `name  value` lines. Absent values are left out. */
export function factLines(facts: Readonly<Record<string, string | undefined>>): string[] {
  const present = Object.entries(facts).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const width = Math.max(0, ...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}
