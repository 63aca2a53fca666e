import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runQuietly } from './children.mjs';
import { step } from './steps.mjs';
import { findToolchain } from './toolchain.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Finds the toolchain and installs the packages. Quick when nothing has changed. */
export async function prepare() {
  const toolchain = await step('toolchain', async (note) => {
    const found = await findToolchain(root);
    note(found.describe);
    return found;
  });
  await step('packages', () =>
    runLogged(toolchain, 'install', 'pnpm', ['install', '--frozen-lockfile']),
  );
  return toolchain;
}

/** Generates the database client and builds the apps; skips what has not changed. */
export function build(toolchain) {
  return step('build', () => runLogged(toolchain, 'build', 'pnpm', ['build']));
}

function runLogged({ env, root: cwd }, name, program, args) {
  return runQuietly(program, args, { env, cwd, logFile: join(cwd, '.dev', 'logs', `${name}.log`) });
}
