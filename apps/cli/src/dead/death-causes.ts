import type { DeathCause } from '@sinch-callbacks/queue';

/** Why events are given up, as `--error-class` takes it and as help explains it. */
export const deathCauses: Readonly<Record<DeathCause, string>> = {
  permanent: 'the event itself cannot be applied; a replay helps after a fix',
  'attempts-exhausted': 'every attempt failed, about an hour long',
  quarantined: 'the worker died each time this event was in hand',
  'malformed-job': 'the queue held something that is no job of ours',
};
