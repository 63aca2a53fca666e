import { digestOfEventKey } from '@sinch-callbacks/core';
import type { Lane } from '../../contract/queue-names.ts';

/** A queue, with the partition of the live one. `dead` holds copies of dead letters. */
export interface JobLane {
  readonly lane: Lane | 'dead';
  readonly partition: number;
}

/** The id of a job in the queues. */
export interface FoundJobId extends JobLane {
  readonly jobId: string;
  /** The event's key. */
  readonly key: string;
  /** 0 for the event from Sinch, n for its nth replay. */
  readonly replay: number;
}

/** A search for events by their keys, which have to match all members that are given. */
export interface KeyPattern {
  /** The whole key, where it is known: its live job is found at once. */
  readonly key?: string | undefined;
  /** The beginning of the key. Letters, digits, `_`, `-` and `.` only. */
  readonly beginning?: string | undefined;
  /** The beginning of the digest at the key's end: hexadecimal digits. */
  readonly digest?: string | undefined;
}

export function fitsPattern(key: string, { beginning, digest }: KeyPattern): boolean {
  if (beginning !== undefined && !key.startsWith(beginning)) return false;
  return digest === undefined || digestOfEventKey(key).startsWith(digest);
}

const jobIdShape = /^(?<key>[A-Z_]+\.[\w-]+\.[0-9a-f]+)(?:\.r(?<replay>\d+))?$/;

/** Parses a job id; returns undefined for an id that this product did not make. */
export function eventOfJobId(jobId: string): { key: string; replay: number } | undefined {
  const groups = jobIdShape.exec(jobId)?.groups;
  if (groups?.['key'] === undefined) return undefined;
  return { key: groups['key'], replay: Number(groups['replay'] ?? 0) };
}
