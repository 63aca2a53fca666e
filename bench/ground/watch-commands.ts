import { randomBytes } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import { Redis } from 'ioredis';

/** Every command that reaches a Redis, by name. It slows the server down: nothing is timed meanwhile. */
export interface CommandWatch {
  /** Those that clients sent. */
  byClients(): Readonly<Record<string, number>>;
  /** Those that scripts ran on their behalf. */
  byScripts(): Readonly<Record<string, number>>;
  /** Begins anew, with what is said from now on. */
  forget(): Promise<void>;
  /** Resolves when everything that was said before is counted. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

export async function watchCommands(url: string): Promise<CommandWatch> {
  const client = new Redis(url);
  const asking = new Redis(url);
  // Nobody else may speak meanwhile: ioredis would take what it hears for its answer.
  await Promise.all([client.ping(), asking.ping()]);
  const monitor = await client.monitor();
  const clients = new Map<string, number>();
  const scripts = new Map<string, number>();
  let lastEcho = '';
  monitor.on('monitor', (_time: string, [command = '', value = '']: string[], source: string) => {
    const name = command.toLowerCase();
    // Only ours: what it says is not counted.
    if (name === 'echo') lastEcho = value;
    else count(source === 'lua' ? scripts : clients, name);
  });
  async function caughtUp(): Promise<void> {
    const mark = randomBytes(8).toString('hex');
    await asking.echo(mark);
    await until(() => lastEcho === mark, { what: 'Redis to have told everything' });
  }

  return {
    byClients: () => Object.fromEntries(clients),
    byScripts: () => Object.fromEntries(scripts),
    caughtUp,
    async forget() {
      await caughtUp();
      clients.clear();
      scripts.clear();
    },
    async close() {
      monitor.disconnect();
      client.disconnect();
      asking.disconnect();
    },
  };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
