import type { BenchOptions, PartName } from '../read-options.ts';
import { type PartResult, type RatioName, ratioNames } from './part.ts';
import type { Stock } from './take-stock.ts';

/** Under which a part was measured. Each part carries its own: they need not be of one day. */
export interface Circumstances extends Stock {
  readonly measuredAt: string;
  readonly options: BenchOptions;
}

export interface MeasuredPart extends Stock {
  readonly measuredAt: string;
  readonly quick: boolean;
  readonly settings: object;
  readonly summary: PartResult['summary'];
  readonly ratios: Partial<Record<RatioName, number>>;
  readonly lost: number;
  readonly rounds: readonly unknown[];
}

export interface Results extends Stock {
  /** A null was never measured. `lost` is the sum over all parts. */
  readonly ratios: Readonly<Record<RatioName, number | null> & { lost: number }>;
  readonly parts: Partial<Record<PartName, MeasuredPart>>;
}

/** Puts what was just measured in place of what was known of this part, and keeps the others. */
export function mergePart(
  known: Results | undefined,
  name: PartName,
  { options, measuredAt, ...stock }: Circumstances,
  { ratios, ...result }: PartResult,
): Results {
  const told = Object.fromEntries(
    Object.entries(ratios).filter(([, value]) => value !== undefined),
  ) as MeasuredPart['ratios'];
  const part: MeasuredPart = {
    ...stock,
    measuredAt,
    quick: options.quick,
    ...result,
    ratios: told,
  };
  const parts = { ...known?.parts, [name]: part };
  return { ...stock, ratios: ratiosOf(Object.values(parts)), parts };
}

function ratiosOf(parts: readonly MeasuredPart[]): Results['ratios'] {
  const told = Object.assign({}, ...parts.map(({ ratios }) => ratios)) as MeasuredPart['ratios'];
  const ratios = Object.fromEntries(ratioNames.map((name) => [name, told[name] ?? null]));
  const lost = parts.reduce((sum, part) => sum + part.lost, 0);
  return { ...(ratios as Record<RatioName, number | null>), lost };
}
