/**
 * Checks which workspace depends on which package, by every workspace's package.json.
 *
 * pnpm lets a workspace import only what its own package.json names, so a rule about manifests is
 * a rule about imports, dynamic ones included.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Libraries, and the workspaces that may use them. */
const owners: readonly { library: RegExp; workspaces: readonly string[] }[] = [
  { library: /^bullmq$/, workspaces: ['packages/queue', 'packages/dev-env', 'bench'] },
  { library: /^ioredis$/, workspaces: ['packages/queue', 'packages/dev-env', 'bench'] },
  { library: /^(@prisma\/.+|prisma)$/, workspaces: ['packages/db'] },
  { library: /^pg$/, workspaces: ['packages/queue', 'packages/db', 'packages/dev-env', 'bench'] },
  { library: /^(next|react|react-dom|raw-body)$/, workspaces: ['apps/ingest'] },
  { library: /^(hono|@hono\/.+|@bull-board\/.+)$/, workspaces: ['apps/worker', 'apps/handlers'] },
  { library: /^(pino|prom-client)$/, workspaces: ['packages/telemetry'] },
  { library: /^undici$/, workspaces: ['packages/sinch-api', 'packages/simulator'] },
  { library: /^commander$/, workspaces: ['apps/cli', 'reliability'] },
];

/** The CLI ships the simulator. For other workspaces it is a test tool, as dev-env always is. */
function isTestTool(workspace: string, name: string): boolean {
  if (name === '@sinch-callbacks/simulator') return workspace !== 'apps/cli';
  return name === '@sinch-callbacks/dev-env';
}

const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

type Manifest = Partial<Record<(typeof kinds)[number], Record<string, string>>>;

function problemsOf(workspace: string, manifest: Manifest): string[] {
  const problems: string[] = [];
  for (const kind of kinds) {
    for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
      const owner = owners.find(({ library }) => library.test(name));
      if (owner && !owner.workspaces.includes(workspace)) {
        problems.push(`${name} belongs to ${owner.workspaces.join(', ')}`);
      }
      if (isTestTool(workspace, name) && kind !== 'devDependencies') {
        problems.push(`${name} is for tests only: name it in devDependencies`);
      }
      if (workspace !== '.' && version !== 'catalog:' && version !== 'workspace:*') {
        problems.push(`${name} has a version of its own (${version}): say catalog: or workspace:*`);
      }
    }
  }
  return problems.map((problem) => `${workspace}/package.json: ${problem}`);
}

const manifestPaths = globSync([
  'package.json',
  '{apps,packages}/*/package.json',
  '{bench,reliability}/package.json',
]);
const problems = manifestPaths.flatMap((path) =>
  problemsOf(dirname(path), JSON.parse(readFileSync(path, 'utf8')) as Manifest),
);

for (const problem of problems) console.error(problem);
console.log(`Examined ${manifestPaths.length} manifests`);
process.exitCode = problems.length > 0 ? 1 : 0;
