/**
 * Who may depend on what, read from every workspace's package.json.
 *
 * pnpm lets a workspace import only what its own package.json names, so a rule about manifests is
 * a rule about imports, dynamic ones included.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Libraries that belong to one room. Benchmarks and packages/dev-env drive them from outside. */
const owners: readonly { library: RegExp; rooms: readonly string[] }[] = [
  { library: /^bullmq$/, rooms: ['packages/queue', 'packages/dev-env', 'bench'] },
  { library: /^ioredis$/, rooms: ['packages/queue', 'packages/dev-env', 'bench'] },
  { library: /^(@prisma\/.+|prisma)$/, rooms: ['packages/db'] },
  { library: /^pg$/, rooms: ['packages/queue', 'packages/db', 'packages/dev-env', 'bench'] },
  { library: /^(next|react|react-dom|raw-body)$/, rooms: ['apps/ingest'] },
  { library: /^(hono|@hono\/.+|@bull-board\/.+)$/, rooms: ['apps/worker'] },
  { library: /^(pino|prom-client)$/, rooms: ['packages/telemetry'] },
  { library: /^commander$/, rooms: ['apps/cli', 'reliability'] },
];

/** The CLI ships the simulator; for everyone else it and the servers of tests are test tools. */
function isTestTool(room: string, name: string): boolean {
  if (name === '@sinch-callbacks/simulator') return room !== 'apps/cli';
  return name === '@sinch-callbacks/dev-env';
}

const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

type Manifest = Partial<Record<(typeof kinds)[number], Record<string, string>>>;

function faultsOf(room: string, manifest: Manifest): string[] {
  const faults: string[] = [];
  for (const kind of kinds) {
    for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
      const owner = owners.find(({ library }) => library.test(name));
      if (owner && !owner.rooms.includes(room)) {
        faults.push(`${name} belongs to ${owner.rooms.join(', ')}`);
      }
      if (isTestTool(room, name) && kind !== 'devDependencies') {
        faults.push(`${name} is for tests alone: name it in devDependencies`);
      }
      if (room !== '.' && version !== 'catalog:' && version !== 'workspace:*') {
        faults.push(`${name} has a version of its own (${version}): say catalog: or workspace:*`);
      }
    }
  }
  return faults.map((fault) => `${room}/package.json: ${fault}`);
}

const manifestPaths = globSync([
  'package.json',
  '{apps,packages}/*/package.json',
  '{bench,reliability}/package.json',
]);
const faults = manifestPaths.flatMap((path) =>
  faultsOf(dirname(path), JSON.parse(readFileSync(path, 'utf8')) as Manifest),
);

for (const fault of faults) console.error(fault);
console.log(`Examined ${manifestPaths.length} manifests`);
process.exitCode = faults.length > 0 ? 1 : 0;
