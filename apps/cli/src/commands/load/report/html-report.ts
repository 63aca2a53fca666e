import { access, constants, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LatencySummary } from '@sinch-callbacks/simulator/load';
import { UsageError } from '../../../failure.ts';
import { showInstant } from '../../../terminal/format.ts';
import type { Terminal } from '../../../terminal/terminal.ts';
import { describeLoadAsked, describeResult, showMs, warnOfSender } from '../describe-result.ts';
import type { LoadResult } from '../load-result.ts';
import { escapeHtml } from './chart.ts';
import { drawLoadCharts } from './load-charts.ts';
import { reportStyle } from './report-style.ts';

/**
 * A page about a load that needs nothing beside it: no script, no font, nothing from anywhere,
 * and a policy that forbids it. It holds counts and times; no bodies, keys or secrets.
 */
export function htmlReport(result: LoadResult): string {
  const warning = warnOfSender(result);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Load test of ${escapeHtml(result.url)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<header>
<h1>Load test</h1>
<p>${escapeHtml(result.url)}, ${showInstant(result.startedAt)}</p>
<p>${escapeHtml(describeLoadAsked(result))}</p>
</header>
<p class="verdict ${result.ok ? 'good' : 'bad'}">${escapeHtml(verdictOf(result))}</p>
${warning === undefined ? '' : `<p class="verdict warning">⚠ ${escapeHtml(warning)}</p>`}
<dl class="tiles">${tilesOf(result).join('')}</dl>
${drawLoadCharts(result).join('\n')}
<section>
<h2>All figures</h2>
<dl class="facts">${factsOf(result)}</dl>
</section>
<details>
<summary>Figures over time</summary>
${tableOf(result)}
</details>
</main>
</body>
</html>
`;
}

function verdictOf({ ok, verified, lost = 0, dead = 0, queued = 0, unknown = 0 }: LoadResult) {
  if (lost > 0) return `✗ ${lost} accepted events are lost.`;
  if (verified === 'failed') return `✗ Not everything accepted was applied: ${dead} dead.`;
  if (verified === 'incomplete') {
    return `✗ Not verified: ${queued} events were still queued, and ${unknown} could not be checked.`;
  }
  if (!ok) return '✗ Callbacks were refused for good.';
  return verified === 'skipped'
    ? '✓ Nothing was refused for good. Whether it was applied was not looked up.'
    : '✓ Every accepted event was applied.';
}

function tilesOf(result: LoadResult): string[] {
  const refused = Object.values(result.refused).reduce((sum, count) => sum + count, 0);
  const { latency } = result;
  const ms = (pick: (summary: LatencySummary) => number) => latency && showMs(pick(latency));
  const tiles: Record<string, string | number | undefined> = {
    accepted: result.accepted,
    applied: result.applied,
    duplicates: result.applied === undefined ? undefined : result.duplicatesAbsorbed,
    dead: result.dead,
    lost: result.lost,
    refused,
    'latency p50': ms(({ p50Ms }) => p50Ms),
    'latency p99': ms(({ p99Ms }) => p99Ms),
    'latency max': ms(({ maxMs }) => maxMs),
  };
  return Object.entries(tiles).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = typeof value === 'number' ? value.toLocaleString('en') : value;
    return [`<div><dt>${name}</dt><dd>${text}</dd></div>`];
  });
}

function factsOf(result: LoadResult): string {
  return Object.entries(describeResult(result))
    .flatMap(([name, text]) =>
      text === undefined
        ? []
        : [`<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd></div>`],
    )
    .join('');
}

const columns = [
  'from s',
  'due /s',
  'sent /s',
  'answered /s',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'max ms',
  'queue',
];

function tableOf({ series }: LoadResult): string {
  const rows = series.map((point) => {
    const { second, scheduledPerSecond, sentPerSecond, answeredPerSecond, latency } = point;
    const times = [latency?.p50Ms, latency?.p95Ms, latency?.p99Ms, latency?.maxMs];
    const cells = [
      second,
      scheduledPerSecond,
      sentPerSecond,
      answeredPerSecond,
      ...times.map((ms) => ms?.toFixed(1)),
      point.queueDepth,
    ];
    return `<tr>${cells.map((cell) => `<td>${cell ?? ''}</td>`).join('')}</tr>`;
  });
  const head = columns.map((column) => `<th scope="col">${column}</th>`).join('');
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

/**
 * Checks before a long load that the report can be written. An existing file is overwritten.
 * @throws UsageError where no file can be written.
 */
export async function requireWritable(file: string): Promise<void> {
  try {
    await access(path.dirname(path.resolve(file)), constants.W_OK);
  } catch (error) {
    throw new UsageError(`--report ${file}: its folder is not there, or not writable`, {
      cause: error,
    });
  }
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory()) throw new UsageError(`--report ${file} is a folder; name a file`);
}

export async function writeReport(
  file: string,
  result: LoadResult,
  terminal: Terminal,
): Promise<void> {
  await writeFile(file, htmlReport(result));
  terminal.note(`report: ${path.resolve(file)}`);
}
