#!/usr/bin/env node
/**
 * `npm start` and `npm test`, from a clone on a machine with little more than Node and npm.
 *
 * Plain JavaScript without dependencies: it runs before anything is installed, on an older Node
 * than the project itself. It brings the toolchain, installs and builds, then runs the command.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exitOnSignals, runVisibly } from './bootstrap/children.mjs';
import { build, prepare } from './bootstrap/prepare.mjs';
import { testAll } from './bootstrap/test-all.mjs';

const commands = { start: startStack, test: testAll };
const exitCodeOfKilled = 137;

const [name, ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;

if (command === undefined) {
  console.error('Usage: node scripts/bootstrap.mjs start [--once] | test [vitest arguments]');
  process.exitCode = 2;
} else {
  exitOnSignals();
  try {
    process.exitCode = await command(args);
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

/**
 * Prepares, builds and runs scripts/start.ts, which owns the running stack.
 * @param {readonly string[]} options
 * @returns {Promise<number>} the exit code
 */
async function startStack(options) {
  const toolchain = await prepare();
  await build(toolchain);
  const exitCode = await runVisibly('node', ['scripts/start.ts', ...options], {
    env: toolchain.env,
    cwd: toolchain.root,
    ipc: true,
  });
  // start.ts removes its own files, but not when it is killed.
  if (exitCode === exitCodeOfKilled) {
    const left = ['stack.json', 'start.pid'].map((file) => join(toolchain.root, '.dev', file));
    await Promise.all(left.map((path) => rm(path, { force: true })));
  }
  return exitCode;
}
