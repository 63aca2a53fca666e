/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** `failure`: events can be lost or stand still. `warning`: not now, but look at it. */
  readonly status: 'ok' | 'warning' | 'failure' | 'skipped';
  readonly message: string;
  /** What to do, unless all is well. */
  readonly advice?: string;
}

export function ok(name: string, message: string): Check {
  return { name, status: 'ok', message };
}

export function warning(name: string, message: string, advice: string): Check {
  return { name, status: 'warning', message, advice };
}

export function failure(name: string, message: string, advice: string): Check {
  return { name, status: 'failure', message, advice };
}

export function skipped(name: string, message: string): Check {
  return { name, status: 'skipped', message };
}
