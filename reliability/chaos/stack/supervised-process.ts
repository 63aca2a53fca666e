import {
  continueTree,
  describeExit,
  killTree,
  type ProcessExit,
  type StartedProcess,
  stopTree,
} from '@sinch-callbacks/dev-env/processes';

/** A process of the stack that is started again, and reported, when it exits unexpectedly. */
export interface SupervisedProcess {
  readonly name: string;
  /** Resolves when it is ready. */
  start(): Promise<void>;
  /** Sends SIGKILL to it and its children. */
  crash(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Sends its stop signal and waits for its exit. */
  stop(): Promise<ProcessExit>;
  /** Stops it, and never starts it again. */
  close(): Promise<void>;
}

/** A process can fail to start because another one is not ready yet. */
const startTries = 5;

/** @param onFinding is called for an unexpected exit and for a failed start. */
export function supervise(
  name: string,
  launch: () => Promise<StartedProcess>,
  onFinding: (finding: string) => void,
): SupervisedProcess {
  let running: Promise<StartedProcess> | undefined;
  let isFrozen = false;
  let isClosed = false;

  function begin(): Promise<StartedProcess> {
    const starting = launchPersistently();
    running = starting;
    // The caller of the start gets its failure.
    void starting.then((started) => watch(starting, started)).catch(() => undefined);
    return starting;
  }

  async function launchPersistently(): Promise<StartedProcess> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await launch();
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (isClosed || tried === startTries) throw error;
        onFinding(`${name} did not start (try ${tried}): ${message}`);
      }
    }
  }

  async function watch(starting: Promise<StartedProcess>, started: StartedProcess): Promise<void> {
    const exit = await started.exited;
    // An intended stop has cleared `running` before.
    if (running !== starting || isClosed) return;
    const lines = started.lastLines().split('\n').slice(-5).join('\n');
    onFinding(`${name} exited unexpectedly (${describeExit(exit)}):\n${lines}`);
    await begin();
  }

  /** Returns the process, whose exit is from now on intended. */
  async function take(): Promise<StartedProcess | undefined> {
    const taken = running;
    const started = await taken;
    if (running === taken) running = undefined;
    return started;
  }

  return {
    name,
    async start() {
      await begin();
    },
    async crash() {
      const started = await take();
      if (started === undefined) return;
      await killTree(started.pid);
      await started.exited;
    },
    async freeze() {
      const started = await running;
      if (started === undefined) return;
      isFrozen = true;
      await stopTree(started.pid);
    },
    async thaw() {
      const started = await running;
      isFrozen = false;
      if (started !== undefined) await continueTree(started.pid);
    },
    async stop() {
      const started = await take();
      if (started === undefined) throw new Error(`${name} does not run`);
      return await started.stop();
    },
    async close() {
      isClosed = true;
      const started = await running?.catch(() => undefined);
      running = undefined;
      if (started === undefined) return;
      if (isFrozen) await continueTree(started.pid);
      await started.stop();
    },
  };
}
