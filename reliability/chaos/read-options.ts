import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type FaultName, faultNames, isFaultName } from './plan/faults.ts';

export interface ChaosOptions {
  readonly seed: string;
  readonly rounds: number;
  readonly faults: readonly FaultName[];
  readonly json: boolean;
  readonly keep: boolean;
}

export type OptionsReading =
  | { readonly kind: 'options'; readonly options: ChaosOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'bad-usage'; readonly problem: string };

const longRounds = 20;
const maxRounds = 1_000;

const help = `Usage: pnpm chaos [options]

Starts the whole stack in a temporary directory, with two workers, two handlers processes, two
senders, a simulated Sinch, and a durable Redis and Postgres of its own. Sends callbacks as Sinch
does, queues messages, and breaks one process or connection after the other. Then compares the
acknowledged callbacks with the rows, the rows with those of a run without faults, what happened with
what handlers committed, and the messages with what phones received.

  --seed <text>     the seed of the schedule and the callbacks (default: a new one)
  --rounds <n>      rounds of each fault (default: 1)
  --long            ${longRounds} rounds of each
  --faults <names>  only these, separated by commas
  --json            one JSON document on stdout: {faults, callbacks, acknowledged, applied, dead,
                    lost, doubled, seed, …}
  --keep            keep the directory with data and logs

Each callback is counted once, however often it was sent; "requests" counts every request.

Faults: ${faultNames.join(', ')}

Exits 0 when nothing was lost or doubled, no row differs, handlers committed once for each thing that
happened and no message is at a phone twice; 1 otherwise, and 2 for bad usage.`;

/** Parses the command line. Pure, except for a new seed. */
export function readOptions(args: readonly string[]): OptionsReading {
  const parsed = parse(args);
  if (typeof parsed === 'string') return { kind: 'bad-usage', problem: parsed };
  if (parsed.help) return { kind: 'help', text: help };
  const rounds = parsed.rounds ?? (parsed.long ? String(longRounds) : '1');
  if (parsed.rounds !== undefined && parsed.long) {
    return badUsage('--rounds and --long exclude each other');
  }
  if (!/^\d+$/.test(rounds) || Number(rounds) < 1 || Number(rounds) > maxRounds) {
    return badUsage(`--rounds takes a whole number from 1 to ${maxRounds}`);
  }
  const names = parsed.faults?.split(',').map((name) => name.trim()) ?? [...faultNames];
  const unknown = names.find((name) => !isFaultName(name));
  if (unknown !== undefined) {
    return badUsage(`there is no fault "${unknown}"; there are ${faultNames.join(', ')}`);
  }
  if (parsed.seed === '') return badUsage('--seed takes a text');
  const options = {
    seed: parsed.seed ?? randomBytes(4).toString('hex'),
    rounds: Number(rounds),
    faults: [...new Set(names.filter(isFaultName))],
    json: parsed.json,
    keep: parsed.keep,
  };
  return { kind: 'options', options };
}

/** Returns the command that repeats a run. */
export function commandOf({ seed, rounds, faults }: ChaosOptions): string {
  const some = faults.length === faultNames.length ? '' : ` --faults ${faults.join(',')}`;
  return `pnpm chaos --seed ${seed} --rounds ${rounds}${some} --keep`;
}

function badUsage(problem: string): OptionsReading {
  return { kind: 'bad-usage', problem };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        rounds: { type: 'string' },
        faults: { type: 'string' },
        long: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}
