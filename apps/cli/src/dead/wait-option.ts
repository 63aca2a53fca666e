import { type Command, Option } from 'commander';
import { wholeNumber } from '../options/option-parsers.ts';

export interface WaitOptions {
  /** Seconds. */
  readonly wait?: number;
}

const defaultWaitSeconds = 60;
const maxWaitSeconds = 24 * 3600;

export function addWait(command: Command): Command {
  const wait = new Option(
    '--wait [seconds]',
    `wait until they are applied or dead again (at most ${defaultWaitSeconds} s if not said)`,
  );
  return command.addOption(
    wait.preset(String(defaultWaitSeconds)).argParser(wholeNumber(1, maxWaitSeconds)),
  );
}
