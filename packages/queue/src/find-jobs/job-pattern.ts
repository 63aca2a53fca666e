import { digestOfEventKey } from '@sinch-callbacks/core';

/** Which event is meant: those keys that fit both, where both are given. */
export interface KeyPattern {
  /** The key begins so. Letters, digits, `_`, `-` and `.` only. */
  readonly beginning?: string | undefined;
  /** The digest at the key's end begins so: hexadecimal digits. */
  readonly digest?: string | undefined;
}

export function fitsPattern(key: string, { beginning, digest }: KeyPattern): boolean {
  if (beginning !== undefined && !key.startsWith(beginning)) return false;
  return digest === undefined || digestOfEventKey(key).startsWith(digest);
}

const jobIdShape = /^(?<key>[A-Z_]+\.[\w-]+\.[0-9a-f]+)(?:\.r(?<replay>\d+))?$/;

/** The event of a job id, and which replay of it; `undefined` of what is none of ours. */
export function eventOfJobId(jobId: string): { key: string; replay: number } | undefined {
  const groups = jobIdShape.exec(jobId)?.groups;
  if (groups?.['key'] === undefined) return undefined;
  return { key: groups['key'], replay: Number(groups['replay'] ?? 0) };
}
