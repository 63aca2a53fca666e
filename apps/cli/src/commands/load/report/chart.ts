import { type Scale, timeScale } from './scale.ts';

/** One line of a chart. */
export interface ChartLine {
  readonly name: string;
  /** Its class in the page's style, which gives it colour and dash. */
  readonly look: 'one' | 'two' | 'three' | 'four' | 'area';
  /** One value for each window; absent where there is none. */
  readonly values: readonly (number | undefined)[];
}

export interface ChartOptions {
  readonly title: string;
  /** The unit of the vertical axis. */
  readonly unit: string;
  readonly lines: readonly ChartLine[];
  readonly scale: Scale;
  /** The width of a window. */
  readonly windowSeconds: number;
  /** Under the title; says what cannot be seen. */
  readonly note?: string;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Two drawings of the same, since text in one that is shrunk to a phone cannot be read. */
const frames = {
  wide: { width: 880, height: 300, left: 64, right: 16, top: 12, bottom: 44 },
  narrow: { width: 360, height: 250, left: 68, right: 10, top: 10, bottom: 42 },
} as const satisfies Record<string, Frame>;

/**
 * A figure with its title, legend and drawing, as HTML. It is drawn here: the page has no script.
 */
export function drawChart(options: ChartOptions): string {
  const { title, lines, note } = options;
  const entries = lines.map(
    ({ name, look }) =>
      `<li><svg class="key ${look}" viewBox="0 0 24 10" aria-hidden="true">${keyOf(look)}</svg>${escapeHtml(name)}</li>`,
  );
  return `<figure>
<figcaption><h2>${escapeHtml(title)}</h2>${note === undefined ? '' : `<p>${escapeHtml(note)}</p>`}
${lines.length > 1 ? `<ul class="legend">${entries.join('')}</ul>` : ''}</figcaption>
${drawFrame(options, frames.wide, 'wide')}
${drawFrame(options, frames.narrow, 'narrow')}
</figure>`;
}

function keyOf(look: ChartLine['look']): string {
  return look === 'area' ? '<rect class="fill" width="24" height="10"/>' : '<path d="M0 5H24"/>';
}

function drawFrame(options: ChartOptions, frame: Frame, name: keyof typeof frames): string {
  const { title, lines, windowSeconds } = options;
  const windows = Math.max(1, ...lines.map(({ values }) => values.length));
  const time = timeScale(windows * windowSeconds, name === 'wide' ? 10 : 5);
  const x = (second: number) =>
    tidy(frame.left + time.place(second) * (frame.width - frame.left - frame.right));
  const y = (value: number) =>
    tidy(frame.height - frame.bottom - options.scale.place(value) * plotHeight(frame));
  const middle = (place: number) => x((place + 0.5) * windowSeconds);
  return `<svg class="chart ${name}" viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${escapeHtml(title)}">
${drawAxes(options, frame, time, x, y)}
${lines.map((line) => `<g class="${line.look}">${drawLine(line, middle, y, frame)}</g>`).join('\n')}
${drawHints(options, windows, x, frame)}
</svg>`;
}

type Position = (value: number) => number;

function drawAxes(
  { scale, unit }: ChartOptions,
  frame: Frame,
  time: Scale,
  x: Position,
  y: Position,
): string {
  const { width, height, left, right, bottom } = frame;
  const rows = scale.ticks.map(
    (tick) =>
      `<path class="grid" d="M${left} ${y(tick)}H${width - right}"/>` +
      `<text class="y" x="${left - 8}" y="${y(tick)}">${showNumber(tick)}</text>`,
  );
  const columns = time.ticks.map(
    (tick) =>
      `<text class="x" x="${x(tick)}" y="${height - bottom + 16}">${showNumber(tick)}</text>`,
  );
  const middleX = tidy((left + width - right) / 2);
  const middleY = tidy((frame.top + height - bottom) / 2);
  return [
    ...rows,
    ...columns,
    `<text class="x title" x="${middleX}" y="${height - 6}">seconds from the start</text>`,
    `<text class="x title" transform="translate(12 ${middleY}) rotate(-90)">${escapeHtml(unit)}</text>`,
  ].join('\n');
}

/** Gaps stay gaps; a value between two of them is a dot. */
function drawLine({ values, look }: ChartLine, x: Position, y: Position, frame: Frame): string {
  const base = frame.height - frame.bottom;
  return runsOf(values)
    .map((run) => {
      const points = run.map(({ place, value }) => `${x(place)} ${y(value)}`);
      const [first, last] = [run[0]?.place ?? 0, run.at(-1)?.place ?? 0];
      const path = `M${points.join('L')}${run.length === 1 ? 'h.01' : ''}`;
      const area = `<path class="fill" d="M${x(first)} ${base}L${points.join('L')}L${x(last)} ${base}Z"/>`;
      return `${look === 'area' ? area : ''}<path d="${path}"/>`;
    })
    .join('');
}

interface Point {
  readonly place: number;
  readonly value: number;
}

function runsOf(values: readonly (number | undefined)[]): Point[][] {
  const runs: Point[][] = [];
  let current: Point[] = [];
  for (const [place, value] of values.entries()) {
    if (value !== undefined) {
      if (current.length === 0) runs.push(current);
      current.push({ place, value });
    } else if (current.length > 0) {
      current = [];
    }
  }
  return runs;
}

/** Under the pointer, the values of a window, by the browser's own means. */
function drawHints(
  { lines, windowSeconds }: ChartOptions,
  windows: number,
  x: Position,
  frame: Frame,
): string {
  return Array.from({ length: windows }, (_, place) => {
    const from = place * windowSeconds;
    const known = lines.flatMap(({ name, values }) => {
      const value = values[place];
      return value === undefined ? [] : [`${name}: ${showNumber(value)}`];
    });
    const text = escapeHtml([`${from} s`, ...known].join('\n'));
    const width = tidy(x(from + windowSeconds) - x(from));
    return `<rect class="hint" x="${x(from)}" y="${frame.top}" width="${width}" height="${plotHeight(frame)}"><title>${text}</title></rect>`;
  }).join('');
}

function plotHeight({ height, top, bottom }: Frame): number {
  return height - top - bottom;
}

const numbers = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

function showNumber(value: number): string {
  return numbers.format(value);
}

function tidy(position: number): number {
  return Math.round(position * 10) / 10;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for HTML, also for quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
