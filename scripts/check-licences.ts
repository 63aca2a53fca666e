/**
 * Checks that every shipped package has a permissive licence.
 *
 * Walks from the apps through the installed dependencies that their manifests name. Packages for
 * tests and tools are not shipped, so they are not checked.
 */
import { existsSync, globSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
]);

/** Exceptions, each reviewed: a licence and the packages that may have it. */
const accepted: readonly (readonly [licence: string, name: RegExp])[] = [
  // Data that Next reads while it builds; credit is given in its own package.
  ['CC-BY-4.0', /^caniuse-lite@/],
  // A replaceable library for images; ingest serves no image.
  ['LGPL-3.0-or-later', /^@img\/sharp-libvips-[a-z0-9-]+@/],
];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const licences = new Map<string, string>();
const seen = new Set<string>();

function visit(directory: string): void {
  const place = realpathSync(directory);
  if (seen.has(place)) return;
  seen.add(place);
  const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Manifest;
  licences.set(`${manifest.name}@${manifest.version}`, manifest.license ?? 'none stated');
  const needed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const name of needed) {
    const found = find(name, place);
    // An optional package is not installed on every platform.
    if (found !== undefined) visit(found);
    else if (
      name in (manifest.dependencies ?? {}) &&
      !(name in (manifest.optionalDependencies ?? {}))
    ) {
      throw new Error(`${manifest.name} needs ${name}, which is not installed`);
    }
  }
}

function find(name: string, from: string): string | undefined {
  const candidate = join(from, 'node_modules', name);
  if (existsSync(candidate)) return candidate;
  const above = dirname(from);
  return above === from ? undefined : find(name, above);
}

for (const manifest of globSync('apps/*/package.json')) visit(dirname(manifest));

const problems = [...licences].filter(
  ([name, licence]) =>
    !isPermissive(licence) &&
    !accepted.some(([kind, names]) => kind === licence && names.test(name)),
);
for (const [name, licence] of problems) console.error(`${name}: ${licence}`);
console.log(`Examined ${licences.size} packages`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Reads `A OR B` as a choice, and `A AND B` as both. */
function isPermissive(licence: string): boolean {
  const choices = licence.replace(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((one) => permissive.has(one.trim())));
}
