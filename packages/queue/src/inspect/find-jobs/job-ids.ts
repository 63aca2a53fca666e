import { digestOfEventKey } from '@sinch-callbacks/core';
import type { Lane } from '../../contract/queue-names.ts';

/** A queue, and of the live one the partition. `dead` holds copies of dead letters, to look at. */
export interface JobLane {
  readonly lane: Lane | 'dead';
  readonly partition: number;
}

/** A job id that is somewhere in the queues. */
export interface FoundJobId extends JobLane {
  readonly jobId: string;
  /** The event's key. */
  readonly key: string;
  /** 0 for what Sinch sent, n for the nth replay. */
  readonly replay: number;
}

/** Which events are meant: those whose keys fit all that is given. */
export interface KeyPattern {
  /** The whole key, where it is known: a live job of it is found at once. */
  readonly key?: string | undefined;
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
