import { rename, rm, writeFile } from 'node:fs/promises';
import { endLeftover } from '../processes/index.ts';
import { programs, type StackPaths } from './paths.ts';
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
export async function writeStackFile(paths: StackPaths, stack: Stack): Promise<void> {
  const unfinished = `${paths.stackFile}.unfinished`;
  await writeFile(unfinished, `${JSON.stringify(stack, undefined, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, paths.stackFile);
}

export async function removeStackFile(paths: StackPaths): Promise<void> {
  await rm(paths.stackFile, { force: true });
}

/** Ends what a killed run may have left: a stack file is removed by any other ending. */
export async function clearAfterKilledRun(paths: StackPaths): Promise<void> {
  const text = await readIfThere(paths.stackFile);
  if (text === undefined) return;
  const { pids } = JSON.parse(text) as Partial<Stack>;
  if (pids) {
    await endLeftover(pids.ingest, programs.ingest, 'SIGTERM');
    await endLeftover(pids.worker, programs.worker, 'SIGTERM');
  }
  await removeStackFile(paths);
}
