import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The machine, and the versions that were measured on it. */
export interface MachineDescription {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
  /** Ends in `+` when the work tree had uncommitted changes. */
  readonly commit: string;
}

const bytesPerGibibyte = 2 ** 30;
const libraries = ['bullmq', 'ioredis', 'pg', 'pg-boss', 'graphile-worker'];

export async function describeMachine(): Promise<MachineDescription> {
  const processors = cpus();
  return {
    machine: {
      cpus: processors.length,
      model: processors[0]?.model ?? 'unknown',
      memoryGiB: Math.round(totalmem() / bytesPerGibibyte),
      system: `${platform()} ${release()} ${arch()}`,
    },
    versions: { node: process.versions.node, ...Object.fromEntries(libraries.map(versionOf)) },
    commit: await readCommit(),
  };
}

function versionOf(name: string): [string, string] {
  const require = createRequire(import.meta.url);
  // Not every package exports its manifest.
  const paths = require.resolve.paths(name) ?? [];
  for (const path of paths) {
    try {
      const manifest = require(`${path}/${name}/package.json`) as { version: string };
      return [name, manifest.version];
    } catch {
      // The next folder may have it.
    }
  }
  return [name, 'unknown'];
}

async function readCommit(): Promise<string> {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const git = async (...args: string[]) => (await promisify(execFile)('git', args, { cwd })).stdout;
  try {
    const commit = (await git('rev-parse', 'HEAD')).trim();
    const changes = (await git('status', '--porcelain', '--', ':/', ':!/bench/results')).trim();
    return changes === '' ? commit : `${commit}+`;
  } catch {
    return 'unknown';
  }
}
