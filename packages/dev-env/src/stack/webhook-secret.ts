import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { StackPaths } from './paths.ts';
import { readIfThere } from './read-if-there.ts';

/** The secret of this clone's stack: made once, then kept, so that a saved request stays valid. */
export async function keptWebhookSecret(paths: StackPaths): Promise<string> {
  const kept = await readIfThere(paths.secret);
  if (kept) return kept;
  const secret = randomBytes(24).toString('hex');
  await writeFile(paths.secret, secret, { mode: 0o600 });
  return secret;
}
