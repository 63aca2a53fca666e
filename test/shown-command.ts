import { readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

/**
 * Reads a command that a page shows: the code block after `<!-- tested: NAME -->`.
 * @param page its path from the root.
 * @throws when there is none.
 */
export function shownCommand(page: string, name: string): string {
  const text = readFileSync(path.join(root, page), 'utf8');
  const start = text.indexOf(`<!-- tested: ${name} -->`);
  const block = /```sh\n([\s\S]*?)```/.exec(text.slice(Math.max(start, 0)));
  if (start < 0 || block?.[1] === undefined) throw new Error(`${page} has no "${name}" command`);
  return block[1];
}
