import type { MemoryUse } from './redis-info.ts';

/** Redis' `appendfsync`. */
export type AppendFsync = 'always' | 'everysec' | 'no' | 'unknown';

/** What the queue's server says of itself, as far as it decides whether events can be lost. */
export type BackendState =
  | {
      readonly kind: 'redis';
      /** Of a cluster, the number of its masters. What follows is what the worst of them says. */
      readonly masters?: number;
      readonly version: string;
      /** Anything but `noeviction` may drop queued events when memory is short. */
      readonly maxmemoryPolicy: string | undefined;
      /** Without the append-only file a crash of Redis loses what is queued. */
      readonly appendOnly: boolean | undefined;
      /** When the append-only file is written to the disk; `unknown` where `CONFIG` is refused. */
      readonly appendFsync: AppendFsync;
      readonly memory: MemoryUse;
    }
  | { readonly kind: 'postgres'; readonly version: string }
  | { readonly kind: 'unreachable'; readonly reason: string };
