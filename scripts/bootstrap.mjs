#!/usr/bin/env node
/**
 * `npm start` and `npm test`, from a clone on a machine with little more than Node and npm.
 *
 * Plain JavaScript without dependencies: it runs before anything is installed, on an older Node
 * than the project itself. It brings the toolchain, installs, builds, and hands over.
 */

import { exitOnSignals } from './bootstrap/children.mjs';
import { startStack } from './bootstrap/start-stack.mjs';
import { testAll } from './bootstrap/test-all.mjs';

const commands = { start: startStack, test: testAll };

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
