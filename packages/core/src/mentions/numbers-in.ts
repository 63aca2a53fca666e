import { maxSeparators, separatorClass } from './separators.ts';

/** A shorter number is a time, a price or a year more often than one of a person. */
const minDigits = 7;
/** With a leading 00. A longer run of digits is no number of a person. */
const maxDigits = 22;

interface DigitRun {
  readonly digits: string;
  /** True where it may be one number with the run before. */
  readonly continues: boolean;
  /** True for `(0)`, which a number with its country's code may have between its digits. */
  readonly isTrunkZero: boolean;
}

/**
 * Yields the digits of each number that a plain text may hold: every one in whose spelling
 * `matchesOf` would find it. Runs of digits that stand side by side are read alone and together,
 * since where a number ends is not seen. A leading 00 is read as a plus too. At most one `(0)` is
 * left out of a number. It may yield more than the text means.
 */
export function* numbersIn(plain: string): Generator<string> {
  const runs = runsOf(plain);
  for (const [from, first] of runs.entries()) {
    if (first.isTrunkZero) continue;
    /** All digits so far, and the readings without one zero of a trunk code. */
    let whole = '';
    let shorter: string[] = [];
    for (let at = from; at < runs.length; at += 1) {
      const run = at === from ? first : runs[at];
      if (run === undefined || (at > from && !run.continues)) break;
      const without = run.isTrunkZero ? [whole] : [];
      whole += run.digits;
      const longer = shorter.map((reading) => reading + run.digits);
      for (const reading of [whole, ...longer]) yield* readingsOf(reading);
      shorter = [...longer, ...without].filter(({ length }) => length <= maxDigits);
      if (whole.length > maxDigits && shorter.length === 0) break;
    }
  }
}

function readingsOf(digits: string): readonly string[] {
  if (digits.length < minDigits || digits.length > maxDigits) return [];
  return isAbroad(digits) ? [digits, digits.slice(2)] : [digits];
}

function isAbroad(reading: string): boolean {
  return reading.startsWith('00') && reading.length >= minDigits + 2;
}

const onlySeparators = new RegExp(`^${separatorClass}*$`, 'u');

function runsOf(plain: string): DigitRun[] {
  let [end, wasTrunkZero] = [0, false];
  return [...plain.matchAll(/\d+/g)].map(({ 0: digits, index }) => {
    const isTrunkZero = digits === '0' && plain[index - 1] === '(' && plain[index + 1] === ')';
    const gap = plain.slice(end, index);
    // A bracket of the zero stands beside the separators.
    const most = maxSeparators + Number(isTrunkZero) + Number(wasTrunkZero);
    const continues = index > 0 && gap.length <= most && onlySeparators.test(gap);
    end = index + digits.length;
    wasTrunkZero = isTrunkZero;
    return { digits, continues, isTrunkZero };
  });
}
