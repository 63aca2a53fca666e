import type { DeadLetterFilter } from '@sinch-callbacks/db';
import { type Command, Option } from 'commander';
import { UsageError } from '../failure.ts';
import { eventTrigger, fingerprint, moment, nonEmpty } from '../options/option-parsers.ts';
import { momentForms } from '../options/parse-moment.ts';
import { deathCauses } from './death-causes.ts';

export interface FilterOptions {
  readonly trigger?: string;
  readonly app?: string;
  readonly errorClass?: string;
  readonly fingerprint?: string;
  readonly since?: Date;
  readonly until?: Date;
}

/** Adds the options that pick dead letters by what they are. */
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

/** @throws UsageError when no letter could ever match. */
export function filterOf(options: FilterOptions): DeadLetterFilter {
  const { trigger, app: appId, errorClass, since, until } = options;
  if (since && until && since >= until) throw new UsageError('--since must be before --until');
  return { trigger, appId, errorClass, fingerprint: options.fingerprint, since, until };
}

export function hasFilter(options: FilterOptions): boolean {
  return Object.values(filterOf(options)).some((value) => value !== undefined);
}
