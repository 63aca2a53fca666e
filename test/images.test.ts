import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from './shown-command.ts';

interface Service {
  readonly image?: string;
  readonly build?: unknown;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ulimits?: { readonly core?: number };
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string | null>>;
}

const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};
const services = Object.entries(compose.services);
/** Options with which Node writes its memory to a file or opens an inspector. */
const dumpsMemory = /--(report|heapsnapshot|heap-prof|abort-on|inspect)|NODE_OPTIONS/;

describe.each(services)('the service %s of docker-compose.yml', (_, service) => {
  it('can write only where it must', () => {
    expect(service.read_only).toBe(true);
    expect(service.tmpfs).toContain('/tmp');
  });

  it('has no right that it does not need, and cannot get one', () => {
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toContain('no-new-privileges:true');
    for (const power of ['privileged', 'cap_add', 'devices', 'network_mode', 'pid', 'ipc']) {
      expect(service).not.toHaveProperty(power);
    }
  });

  it('does not run as root', () => {
    // The user of a built image is set in the Dockerfile.
    if (service.build === undefined) expect(service.user).toMatch(/^[a-z]+$/);
    else expect(service).not.toHaveProperty('user');
  });

  it('leaves no memory behind when it crashes', () => {
    expect(service.ulimits).toEqual({ core: 0 });
    expect(JSON.stringify(service)).not.toMatch(dumpsMemory);
  });

  it('can only be reached from this machine, and reaches no file of it', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    for (const volume of service.volumes ?? []) expect(volume).toMatch(/^[a-z-]+:\//);
  });

  it('has no password of its own in the file', () => {
    const secrets = Object.entries(service.environment ?? {}).filter(([name]) =>
      /PASSWORD|SECRET|AUTH|_URL$/.test(name),
    );
    for (const [name, value] of secrets) {
      expect([name, value?.replace(/\$\{[A-Z_]+(:\?[^}]*)?\}/g, '…') ?? '…']).toEqual([
        name,
        expect.stringMatching(/^(…|[a-z]+:\/\/[a-z]*:…@[a-z]+:\d+(\/[a-z]+)?)$/),
      ]);
    }
  });
});

describe('the Dockerfile', () => {
  const stages = read('Dockerfile')
    .split(/^FROM /m)
    .slice(1);

  it.each(['ingest', 'worker'])('runs %s as a user without rights', (name) => {
    const stage = stages.find((text) => new RegExp(`^\\S+ AS ${name}\\n`).test(text)) ?? '';
    const users = [...stage.matchAll(/^USER (.+)$/gm)].map(([, user]) => user);
    expect(users).toEqual(['node']);
    // After that, nothing is run, copied or changed as another user.
    expect(stage.slice(stage.indexOf('USER'))).not.toMatch(/^(RUN|COPY|ADD) /m);
  });

  it.each(['ingest', 'worker'])('starts %s from a file that is there', (name) => {
    const stage = stages.find((text) => new RegExp(`^\\S+ AS ${name}\\n`).test(text)) ?? '';
    const [, file = ''] = /^CMD \["node", "([^"]+)"\]$/m.exec(stage) ?? [];
    expect(existsSync(path.join(root, file))).toBe(true);
    const copied = [...stage.matchAll(/^COPY (\S+) \1$/gm)].map(([, folder = '']) => folder);
    expect(copied.some((folder) => file.startsWith(`${folder}/`))).toBe(true);
  });

  it('lets the worker write to the volume that is mounted there', () => {
    const stage = stages.find((text) => /^\S+ AS worker\n/.test(text)) ?? '';
    const volumes = compose.services['worker']?.volumes ?? [];
    expect(volumes).toHaveLength(1);
    for (const volume of volumes) {
      const owned = `--owner=node --group=node --mode=700 ${volume.split(':')[1]}\n`;
      expect(stage).toContain(`RUN install --directory ${owned}`);
    }
  });

  it('has the migration prepare the queue that ingest and worker use', () => {
    for (const name of ['migrate', 'ingest', 'worker']) {
      expect(compose.services[name]?.environment).toHaveProperty('QUEUE_PREFIX');
    }
  });

  it('has ingest listen where compose expects it, whatever port this machine gives it', () => {
    const { ports, environment } = compose.services['ingest'] ?? {};
    expect(ports).toEqual(['127.0.0.1:${INGEST_PORT:-3000}:3000']);
    expect(environment).toMatchObject({ INGEST_HOST: '0.0.0.0', INGEST_PORT: '3000' });
  });

  it('lets no process write its memory to a file, and takes no secret', () => {
    expect(stages.length).toBeGreaterThan(4);
    for (const stage of stages) {
      expect(stage).not.toMatch(dumpsMemory);
      expect(stage).not.toMatch(/^(ARG|ENV) .*(SECRET|PASSWORD|TOKEN|_URL)/m);
      expect(stage).not.toMatch(/^ADD /m);
    }
  });

  it('has nothing of this machine’s secrets and data to copy', () => {
    const ignored = read('.dockerignore').split('\n');
    for (const name of ['.env', '.git', '.dev']) {
      expect(ignored.some((line) => line.replace(/^\*\*\//, '').startsWith(name))).toBe(true);
    }
  });
});

describe('the systemd units', () => {
  const units = readdirSync(path.join(root, 'deploy/systemd')).filter((name) =>
    name.endsWith('.service'),
  );

  it.each(units)('%s cannot write to the system', (name) => {
    expect(read(`deploy/systemd/${name}`)).toMatch(/^ProtectSystem=strict$/m);
  });

  it('let the worker write the log of erasures where .env.example and compose have it', () => {
    const unit = read('deploy/systemd/sinch-callbacks-worker.service');
    const [, folder] = /^StateDirectory=(\S+)$/m.exec(unit) ?? [];
    const log = `/var/lib/${folder}/erasures.jsonl`;
    expect(read('.env.example')).toContain(`# ERASURE_LOG=${log}\n`);
    expect(compose.services['worker']?.environment).toMatchObject({ ERASURE_LOG: log });
  });

  it('prune by an age only where no variable says for how long', () => {
    const unit = read('deploy/systemd/sinch-callbacks-prune.service');
    const [, condition = 'true'] = /^ExecCondition=\/bin\/sh -c '(.+)'$/m.exec(unit) ?? [];
    const prunes = (env: Record<string, string>) =>
      spawnSync('/bin/sh', ['-c', condition], { env }).status === 0;
    expect(prunes({})).toBe(true);
    expect(prunes({ RETENTION_DAYS: '' })).toBe(true);
    for (const name of ['RETENTION_DAYS', 'GUARD_DAYS', 'RETENTION_PROJECTIONS_DAYS']) {
      expect(prunes({ [name]: '400' })).toBe(false);
    }
  });
});
