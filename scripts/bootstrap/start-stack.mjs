import { runVisibly } from './children.mjs';
import { build, prepare } from './prepare.mjs';

/**
 * Everything up to a running stack, which scripts/start.ts then looks after.
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function startStack(args) {
  const toolchain = await prepare();
  await build(toolchain);
  return runVisibly('node', ['scripts/start.ts', ...args], {
    env: toolchain.env,
    cwd: toolchain.root,
    ipc: true,
  });
}
