import { type WebhookTrigger, webhookTriggers } from '@sinch-callbacks/sinch-api';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { duration, webAddress, wholeNumber } from '../../options/option-parsers.ts';

/** The options of every command about webhooks. */
export interface ConnectionOptions {
  readonly timeout: number;
}

const defaultTimeoutMs = 15_000;
const longestTimeoutMs = 120_000;
/** The last position of a secret that an option takes. */
const maxPosition = 99;

export function addConnection(command: Command): Command {
  return command.addOption(
    new Option('--timeout <time>', 'wait so long for each answer of Sinch')
      .argParser(duration(10, longestTimeoutMs))
      .default(defaultTimeoutMs, '15s'),
  );
}

export function addTarget(command: Command): Command {
  return command.option(
    '--target <url>',
    "ingest's address, with its path (default: the running stack's)",
    webAddress,
  );
}

export function targetType(): Option {
  return new Option('--type <type>', 'DISMISS sends nothing').choices(['HTTP', 'DISMISS']);
}

export function triggers(description: string): Option {
  return new Option('--trigger <trigger...>', description).argParser(collectTrigger);
}

export function secretPosition(): Option {
  return new Option('--secret-position <n>', 'a secret of SINCH_WEBHOOK_SECRET').argParser(
    wholeNumber(0, maxPosition),
  );
}

/** Parses a trigger that a webhook can have, and adds it to those before. */
function collectTrigger(
  text: string,
  before: readonly WebhookTrigger[] | undefined,
): readonly WebhookTrigger[] {
  const name = text.toUpperCase().replaceAll('-', '_');
  const trigger = webhookTriggers.find((known) => known === name);
  if (trigger === undefined) {
    throw new InvalidArgumentError(`Triggers are:\n  ${webhookTriggers.join('\n  ')}`);
  }
  return before?.includes(trigger) ? before : [...(before ?? []), trigger];
}
