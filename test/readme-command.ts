import { readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

/**
 * Reads a command from README.md: the code block after `<!-- readme-test: NAME -->`.
 * @throws when there is none.
 */
export function readmeCommand(name: string): string {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const start = readme.indexOf(`<!-- readme-test: ${name} -->`);
  const block = /```sh\n([\s\S]*?)```/.exec(readme.slice(Math.max(start, 0)));
  if (start < 0 || block?.[1] === undefined) throw new Error(`README.md has no "${name}" command`);
  return block[1];
}
