import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Saving a file changes it in several steps. */
const settleMs = 100;

/**
 * Calls `onChange` when a file in the folder, or below it, is saved, renamed or removed. Each folder
 * has a watcher of its own: on Linux, Node's recursive one loses a file that is replaced, which is
 * how many editors save.
 * @param onError is called where a folder cannot be watched. The others still are.
 * @returns a function that ends it.
 */
export function watchFolder(
  root: string,
  onChange: () => void,
  onError: (error: unknown) => void,
): () => void {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function changed(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      void follow();
      onChange();
    }, settleMs);
  }

  /** Watches folders that are new, and forgets those that are gone. */
  async function follow(): Promise<void> {
    try {
      const folders = new Set(await foldersBelow(root));
      if (isStopped) return;
      for (const [folder, watcher] of watchers) {
        if (folders.has(folder)) continue;
        watcher.close();
        watchers.delete(folder);
      }
      for (const folder of folders) if (!watchers.has(folder)) open(folder);
    } catch (error) {
      onError(error);
    }
  }

  function open(folder: string): void {
    const watcher = watch(folder, changed);
    watcher.on('error', (error) => {
      watcher.close();
      watchers.delete(folder);
      onError(error);
    });
    watchers.set(folder, watcher);
  }

  void follow();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}

async function foldersBelow(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const below = entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((folder) => !folder.includes('node_modules'));
  return [root, ...below];
}
