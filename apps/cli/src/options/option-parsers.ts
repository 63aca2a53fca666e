import {
  isKnownTrigger,
  type KnownTrigger,
  knownTriggers,
  type Trigger,
} from '@sinch-callbacks/core';
import { InvalidArgumentError } from 'commander';
import { UsageError } from '../failure.ts';
import { momentForms, parseMoment } from './parse-moment.ts';

/*
 * Parsers of option values, as commander calls them. A value that they refuse leads to one line
 * that names the option, and exit code 2.
 */

/** Creates a parser of whole numbers. It takes decimal digits alone, not `1e3` or `10s`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
  };
}

export function moment(now: () => Date): (text: string) => Date {
  return (text) => {
    const at = parseMoment(text, now());
    if (at !== undefined) return at;
    throw new InvalidArgumentError(`It is ${momentForms}.`);
  };
}

/** Parses a trigger that Sinch documents, in any case and with `-` for `_`. */
export function knownTrigger(text: string): KnownTrigger {
  const trigger = text.toUpperCase().replaceAll('-', '_');
  if (isKnownTrigger(trigger)) return trigger;
  throw new InvalidArgumentError(`Triggers are:\n  ${knownTriggers.join('\n  ')}`);
}

/** Parses the trigger of a stored event, which may also be `UNKNOWN` or `UNREADABLE`. */
export function eventTrigger(text: string): Trigger {
  const trigger = text.toUpperCase().replaceAll('-', '_');
  return trigger === 'UNKNOWN' || trigger === 'UNREADABLE' ? trigger : knownTrigger(text);
}

/** Parses an http or https address. It may hold no user and password, which would get into logs. */
export function webAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError('It starts with http:// or https://.');
  }
  if (url.username !== '' || url.password !== '') {
    // Commander would print the value of an invalid argument.
    throw new UsageError('an address must not hold a user or a password');
  }
  return url.href;
}

/** Refuses an empty value: a script's empty variable must not choose everything. */
export function nonEmpty(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

/** Parses the event key after which a page begins. */
export function eventKeyText(text: string): string {
  if (/(^|\.)[0-9a-f]{32}$/.test(text)) return text;
  throw new InvalidArgumentError('It is an event key, or the 32 digits at its end.');
}

/** Parses the fingerprint that `dead groups` shows. */
export function fingerprint(text: string): string {
  if (/^[0-9a-f]{12}$/.test(text)) return text;
  throw new InvalidArgumentError('It is 12 hexadecimal digits, as dead groups shows them.');
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The forms that {@link age} reads, for help and messages. */
export const ageForms = '90d or 12w';

/** Parses an age to milliseconds. A number without a unit is refused. */
export function age(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,5})([dw])$/.exec(text) ?? [];
  const value = Number(amount) * (unitMs[unit] ?? Number.NaN);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError(`It is a number of days or weeks, such as ${ageForms}.`);
}

/** The forms that {@link duration} reads, for help and messages. */
export const durationForms = '500ms, 60s, 10m or 2h';

/** Creates a parser of durations from `minMs` to `maxMs`. A number without a unit is refused. */
export function duration(minMs: number, maxMs: number): (text: string) => number {
  return (text) => {
    const [, amount, unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
    const value = Number(amount) * (unitMs[unit] ?? Number.NaN);
    if (value >= minMs && value <= maxMs) return value;
    throw new InvalidArgumentError(
      `It is a length of time such as ${durationForms}, from ${minMs} ms to ${maxMs / 1_000} s.`,
    );
  };
}
