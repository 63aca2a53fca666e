import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runVisibly } from './children.mjs';
import { build, prepare } from './prepare.mjs';

const killed = 137;

/**
 * Everything up to a running stack, which scripts/start.ts then looks after.
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function startStack(args) {
  const toolchain = await prepare();
  await build(toolchain);
  const exitCode = await runVisibly('node', ['scripts/start.ts', ...args], {
    env: toolchain.env,
    cwd: toolchain.root,
    ipc: true,
  });
  // It does so itself, but not when it is killed.
  if (exitCode === killed) {
    const left = ['stack.json', 'start.pid'].map((name) => join(toolchain.root, '.dev', name));
    await Promise.all(left.map((path) => rm(path, { force: true })));
  }
  return exitCode;
}
