import type { Readable, Writable } from 'node:stream';
import type { Environment } from '@sinch-callbacks/config';

/** What a command touches besides databases, queues and URLs. */
export interface World {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly now: () => Date;
  /** Variables; the process's own when absent. */
  readonly environment?: Environment;
}
