import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { productionEnvironment } from '../measure/child-process.ts';

const ingest = fileURLToPath(new URL('../../apps/ingest', import.meta.url));
const routes = fileURLToPath(new URL('next-routes', import.meta.url));
/** A folder as deep as apps/ingest, so that links and relative paths stay valid. */
const buildDirectory = fileURLToPath(new URL('../next-build', import.meta.url));
const notCopied = new Set(['.next', 'test', '.turbo', 'next-env.d.ts']);
const buildTimeoutMs = 300_000;

/** Builds apps/ingest with the bench's routes as for production, and returns the server program. */
export async function buildNextApp(): Promise<string> {
  await rm(buildDirectory, { recursive: true, force: true });
  await cp(ingest, buildDirectory, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => path === ingest || !notCopied.has(basename(path)),
  });
  for (const name of ['noop', 'tutorial']) {
    const route = join(buildDirectory, 'app/api/bench', name);
    await mkdir(route, { recursive: true });
    await cp(join(routes, `${name}.ts`), join(route, 'route.ts'));
  }
  await mkdir(join(buildDirectory, 'pages/api/bench'));
  await cp(join(routes, 'noop-api.ts'), join(buildDirectory, 'pages/api/bench/noop-api.ts'));
  await linkDatabase();
  await writeFile(join(buildDirectory, 'package.json'), '{ "type": "module", "private": true }');
  await promisify(execFile)(
    process.execPath,
    [join(buildDirectory, 'node_modules/next/dist/bin/next'), 'build'],
    {
      cwd: buildDirectory,
      env: productionEnvironment({ NEXT_TELEMETRY_DISABLED: '1' }),
      timeout: buildTimeoutMs,
    },
  );
  return join(buildDirectory, '.next/standalone', 'bench/next-build/server.js');
}

/** Links only the client: the rest of packages/db needs migration files that a bundle has not. */
async function linkDatabase(): Promise<void> {
  const link = join(buildDirectory, 'node_modules/@sinch-callbacks/db');
  await mkdir(link);
  const client = '../../../../../packages/db/src/database.ts';
  await writeFile(join(link, 'index.js'), `export { openDatabase } from '${client}';\n`);
  const manifest = { name: '@sinch-callbacks/db', type: 'module', exports: './index.js' };
  await writeFile(join(link, 'package.json'), JSON.stringify(manifest));
}
