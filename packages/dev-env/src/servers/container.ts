import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
} from 'testcontainers';
import { withTimeout } from '../processes/until.ts';

export interface ContainerOptions {
  readonly image: string;
  readonly port: number;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface StartedContainer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

const engineTimeoutMs = 3_000;
/** Includes the time to pull the image. */
const startTimeoutMs = 120_000;

/** @throws when no Docker engine answers, no image can be pulled, or its port does not open. */
export async function startContainer(options: ContainerOptions): Promise<StartedContainer> {
  await comeUp('The Docker engine', getContainerRuntimeClient(), engineTimeoutMs);
  const container = new LoopbackContainer(options.image)
    .withExposedPorts(options.port)
    .withCommand([...options.command])
    .withEnvironment({ ...options.environment });
  const starting = container.start();
  try {
    const started = await comeUp(`The container of ${options.image}`, starting, startTimeoutMs);
    return {
      // localhost may mean ::1 first, where nothing is published.
      host: started.getHost().replace(/^localhost$/, '127.0.0.1'),
      port: started.getMappedPort(options.port),
      close: async () => void (await started.stop()),
    };
  } catch (error) {
    // It may still start after the timeout.
    void starting.then(stop, () => undefined);
    throw error;
  }
}

/** A container whose ports are published on loopback only, not on every address. */
class LoopbackContainer extends GenericContainer {
  protected override async beforeContainerCreated(): Promise<void> {
    const { info } = await getContainerRuntimeClient();
    // The loopback address of a remote engine cannot be reached.
    if (!['localhost', '127.0.0.1'].includes(info.containerRuntime.host)) return;
    const bindings = (this.hostConfig.PortBindings ?? {}) as Record<string, { HostPort: string }[]>;
    this.hostConfig.PortBindings = Object.fromEntries(
      Object.entries(bindings).map(([port, hosts]) => [
        port,
        hosts.map((host) => ({ ...host, HostIp: '127.0.0.1' })),
      ]),
    );
  }
}

async function stop(container: StartedTestContainer): Promise<void> {
  await container.stop();
}

function comeUp<T>(what: string, starting: Promise<T>, timeoutMs: number): Promise<T> {
  return withTimeout(timeoutMs, starting, `${what} did not come up in ${timeoutMs} ms.`);
}
