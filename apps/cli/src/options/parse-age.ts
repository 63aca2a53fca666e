import { InvalidArgumentError } from 'commander';

const unitMs: Readonly<Record<string, number>> = { d: 86_400_000, w: 604_800_000 };

/** What {@link age} reads, for help and messages. */
export const ageForms = '90d or 12w';

/** An age in milliseconds. A bare number is a mistake. */
export function age(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,5})([dw])$/.exec(text) ?? [];
  const value = Number(amount) * (unitMs[unit] ?? Number.NaN);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError(`It is a number of days or weeks, such as ${ageForms}.`);
}
