import { parseArgs } from 'node:util';

const benchmarkNames = ['ingest', 'worker', 'end-to-end', 'growth', 'cost', 'scale'] as const;
export type BenchmarkName = (typeof benchmarkNames)[number];

export interface BenchOptions {
  readonly benchmarks: readonly BenchmarkName[];
  readonly rounds: number;
  readonly quick: boolean;
  readonly full: boolean;
  readonly events: number | undefined;
  readonly only: readonly string[] | undefined;
  readonly calibrate: boolean;
  readonly cpuProf: string | undefined;
  readonly out: string | undefined;
}

export type OptionsReading =
  | { readonly kind: 'options'; readonly options: BenchOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'bad-usage'; readonly problem: string };

const defaultRounds = 5;
const quickRounds = 1;
const maxRounds = 100;
const maxEvents = 10_000_000;

const help = `Usage: pnpm bench [benchmark…] [options]

Measures each contender in turn on this machine, with its own servers on loopback.
Prints medians and ratios beside their targets, and writes every round to bench/results/latest.json.
A benchmark that is not run keeps its entry in the file, with the commit that it was measured at.

Benchmarks: ${benchmarkNames.join(', ')}; all when none is named. Some need \`pnpm build\` first.

  --rounds <n>      rounds of each (default: ${defaultRounds})
  --only <names>    only these contenders, separated by commas (worker, ingest)
  --events <n>      events of a backlog
  --quick           a short run to try the harness; writes bench/results/quick.json
  --full            adds a step of an hour: tables of 10 million events
  --calibrate       run contenders at several concurrencies (worker)
  --cpu-prof <dir>  folder for our worker's CPU profiles (worker)
  --out <file>      results file

Exits 0 when nothing was lost, 1 otherwise, and 2 for bad usage.`;

/** Reads the command line. Pure. */
export function readOptions(args: readonly string[]): OptionsReading {
  const parsed = parse(args);
  if (typeof parsed === 'string') return badUsage(parsed);
  const { values, positionals } = parsed;
  if (values.help) return { kind: 'help', text: help };
  const unknown = positionals.find((name) => !isBenchmarkName(name));
  if (unknown !== undefined) {
    return badUsage(`there is no benchmark "${unknown}"; choose from ${benchmarkNames.join(', ')}`);
  }
  const rounds = wholeNumber(values.rounds, maxRounds);
  if (rounds === 'bad') return badUsage(`--rounds takes a whole number from 1 to ${maxRounds}`);
  const events = wholeNumber(values.events, maxEvents);
  if (events === 'bad') return badUsage(`--events takes a whole number from 1 to ${maxEvents}`);
  const benchmarks = positionals.filter(isBenchmarkName);
  return {
    kind: 'options',
    options: {
      benchmarks: benchmarks.length === 0 ? benchmarkNames : [...new Set(benchmarks)],
      rounds: rounds ?? (values.quick ? quickRounds : defaultRounds),
      quick: values.quick,
      full: values.full,
      events,
      only: values.only?.split(',').map((name) => name.trim()),
      calibrate: values.calibrate,
      cpuProf: values['cpu-prof'],
      out: values.out,
    },
  };
}

function isBenchmarkName(name: string): name is BenchmarkName {
  return benchmarkNames.some((known) => known === name);
}

function badUsage(problem: string): OptionsReading {
  return { kind: 'bad-usage', problem };
}

function wholeNumber(text: string | undefined, max: number): number | undefined | 'bad' {
  if (text === undefined) return undefined;
  const value = Number(text);
  return /^\d+$/.test(text) && value >= 1 && value <= max ? value : 'bad';
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        only: { type: 'string' },
        events: { type: 'string' },
        quick: { type: 'boolean', default: false },
        full: { type: 'boolean', default: false },
        calibrate: { type: 'boolean', default: false },
        'cpu-prof': { type: 'string' },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}
