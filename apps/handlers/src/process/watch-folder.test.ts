import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { watchFolder } from './watch-folder.ts';

let root: string;
let stop: () => void;
let changes = 0;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sinch-callbacks-watch-'));
  await mkdir(path.join(root, 'below'));
  changes = 0;
  stop = watchFolder(
    root,
    () => {
      changes += 1;
    },
    (error) => {
      throw error;
    },
  );
  // The folders are watched once a change in each is seen.
  await expect.poll(async () => await seen(inPlace(file('below/first.ts')), 300)).toBe(true);
});
afterEach(async () => {
  stop();
  await rm(root, { recursive: true });
});

const file = (name: string) => path.join(root, name);
const inPlace = (name: string) => async () => await writeFile(name, String(Math.random()));
const byRename = (name: string) => async () => {
  await writeFile(`${name}.new`, String(Math.random()));
  await rename(`${name}.new`, name);
};

/** Makes a change, and returns whether it is seen in time. */
async function seen(change: () => Promise<void>, withinMs = 10_000): Promise<boolean> {
  const before = changes;
  await change();
  const until = performance.now() + withinMs;
  while (changes === before && performance.now() < until) await new Promise(setImmediate);
  return changes > before;
}

it('sees each save of a file: in place, by rename, again and again, and its removal', async () => {
  const name = file('below/handler.ts');
  for (const save of [inPlace, byRename, inPlace, byRename, byRename, inPlace]) {
    expect(await seen(save(name))).toBe(true);
  }
  expect(await seen(async () => await rm(name))).toBe(true);
  expect(await seen(inPlace(name))).toBe(true);
});

it('sees files in a folder that was made later', async () => {
  await mkdir(file('later'));
  await expect.poll(async () => await seen(inPlace(file('later/handler.ts')), 300)).toBe(true);
});
