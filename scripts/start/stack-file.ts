import { rename, rm, writeFile } from 'node:fs/promises';
import { endLeftover } from '@sinch-callbacks/testing/processes';
import { type Places, programs } from './places.ts';
import { readIfThere } from './read-if-there.ts';

/** What `stack.json` tells other programs while the stack runs. It holds passwords. */
export interface Stack {
  readonly ingestUrl: string;
  readonly adminUrl: string;
  readonly databaseUrl: string;
  /** Redis, or the database where the queue lives there. */
  readonly queueUrl: string;
  readonly webhookSecret: string;
  readonly pids: Readonly<Record<'start' | 'ingest' | 'worker', number>>;
}

/** Appears whole or not at all. */
export async function writeStackFile(places: Places, stack: Stack): Promise<void> {
  const unfinished = `${places.stackFile}.unfinished`;
  await writeFile(unfinished, `${JSON.stringify(stack, undefined, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, places.stackFile);
}

export async function removeStackFile(places: Places): Promise<void> {
  await rm(places.stackFile, { force: true });
}

/** Ends what a killed run may have left: a stack file is removed by any other ending. */
export async function clearAfterKilledRun(places: Places): Promise<void> {
  const text = await readIfThere(places.stackFile);
  if (text === undefined) return;
  const { pids } = JSON.parse(text) as Partial<Stack>;
  if (pids) {
    await endLeftover(pids.ingest, programs.ingest, 'SIGTERM');
    await endLeftover(pids.worker, programs.worker, 'SIGTERM');
  }
  await removeStackFile(places);
}
