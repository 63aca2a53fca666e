import type { Terminal } from '../../terminal/terminal.ts';

/** The result of one check. */
export interface Check {
  readonly name: string;
  /** `failure`: events can be lost or get stuck. `warning`: not now, but it needs attention. */
  readonly status: 'ok' | 'warning' | 'failure' | 'skipped';
  readonly message: string;
  /** Advice, unless all is well. */
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

type Style = Parameters<Terminal['paint']>[0];

const marks: Readonly<Record<Check['status'], { readonly mark: string; readonly style: Style }>> = {
  ok: { mark: '✓', style: 'green' },
  warning: { mark: '!', style: 'yellow' },
  failure: { mark: '✗', style: 'red' },
  skipped: { mark: '-', style: 'dim' },
};

/** Reports the worst status and every check: as JSON, or a line for each check and its advice. */
export function reportChecks(checks: readonly Check[], terminal: Terminal): void {
  const has = (status: Check['status']) => checks.some((check) => check.status === status);
  const status = has('failure') ? 'failure' : has('warning') ? 'warning' : 'ok';
  terminal.document({ status, checks });

  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 4);
  for (const check of checks) {
    const { mark, style } = marks[check.status];
    const message = check.message.replaceAll('\n', `\n${indent}`);
    terminal.print(`${terminal.paint(style, mark)} ${check.name.padEnd(width)}  ${message}`);
    if (check.advice !== undefined) terminal.print(`${indent}→ ${check.advice}`);
  }
}
