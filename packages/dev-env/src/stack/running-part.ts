/** Something of the stack that runs until it is closed. */
export interface RunningPart {
  readonly name: string;
  /** Resolves with its last lines when it ends, which it should not do by itself. */
  readonly ended: Promise<string>;
  close(): Promise<unknown>;
}
