import type { DeadLetterFilter, RunAction } from '@sinch-callbacks/db';
import type { LetterSelection } from '@sinch-callbacks/operations';
import type { DeathCause } from '@sinch-callbacks/queue';
import { type Command, Option } from 'commander';
import { eventTrigger, fingerprint, moment, nonEmpty } from '../../options/option-parsers.ts';
import { momentForms } from '../../options/parse-moment.ts';
import { requireChoice, requirePeriod } from '../../options/require-choice.ts';
import type { LetterWork, WaitOptions } from './run-command.ts';

export interface FilterOptions {
  readonly trigger?: string;
  readonly app?: string;
  readonly errorClass?: string;
  readonly fingerprint?: string;
  readonly since?: Date;
  readonly until?: Date;
}

export interface SelectionOptions extends FilterOptions {
  readonly all?: true;
  readonly dryRun?: true;
}

export interface RunOptions extends SelectionOptions, WaitOptions {
  readonly as?: string;
}

/** Reasons for giving up an event, as `--error-class` takes them and as help explains them. */
export const deathCauses: Readonly<Record<DeathCause, string>> = {
  permanent: 'the event itself cannot be applied; a replay helps after a fix',
  'attempts-exhausted': 'every attempt failed, about an hour long',
  quarantined: 'the worker died each time it processed this event',
  'malformed-job': 'the queue held something that is no job of ours',
};

/** Adds the options that filter dead letters. */
export function addFilterOptions(command: Command, now: () => Date): Command {
  const errorClass = new Option('--error-class <class>', 'only those given up for this reason');
  return command
    .optionsGroup('Filters:')
    .option('--trigger <trigger>', 'only those of this trigger', eventTrigger)
    .option('--app <id>', 'only those of this app', nonEmpty)
    .addOption(errorClass.choices(Object.keys(deathCauses)))
    .option('--fingerprint <hex>', 'only those of this group (dead groups)', fingerprint)
    .option('--since <when>', `only those that died then or later: ${momentForms}`, moment(now))
    .option('--until <when>', 'only those that died before', moment(now))
    .optionsGroup('Options:');
}

/** Adds the argument and options of a command that changes letters. */
export function addSelection(command: Command, now: () => Date): Command {
  command.argument('[keys...]', 'event keys, or their beginnings');
  return addFilterOptions(command, now)
    .option('--all', 'every open dead letter; needed when nothing else is chosen')
    .option('--as <name>', 'who you are, for the audit (user@host if not said)')
    .option('--dry-run', 'only say which and how many; nothing is changed');
}

/** @throws UsageError when no letter could ever match. */
export function filterOf(options: FilterOptions): DeadLetterFilter {
  const { trigger, app: appId, errorClass, since, until } = options;
  requirePeriod(since, until);
  return { trigger, appId, errorClass, fingerprint: options.fingerprint, since, until };
}

/** @throws UsageError when the options contradict each other or choose nothing. */
export function selectLetters(keys: readonly string[], options: SelectionOptions): LetterSelection {
  const filter = filterOf(options);
  requireChoice({ keys, filter, options, everything: 'every open dead letter' });
  return keys.length > 0 ? { kind: 'keys', keys: [...new Set(keys)] } : { kind: 'filter', filter };
}

/** @throws UsageError when the options contradict each other or choose nothing. */
export function workOf(
  action: RunAction,
  keys: readonly string[],
  options: RunOptions,
): LetterWork {
  const selection = selectLetters(keys, options);
  if (options.dryRun) return { kind: 'dry-run', action, selection };
  return { kind: 'new', action, selection, operator: options.as, wait: options.wait };
}
