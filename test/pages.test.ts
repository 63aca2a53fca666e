import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { run } from '../apps/cli/src/run.ts';
import { root } from './shown-command.ts';

const pages = globSync(['*.md', 'docs/**/*.md', 'bench/*.md'], { cwd: root });
const pagesOfCommands = ['README.md', 'docs/deploy.md', 'docs/operate.md'];

function read(page: string): string {
  return readFileSync(path.join(root, page), 'utf8');
}

/** The names that GitHub gives the headings of a page, for links to them. */
function anchorsOf(markdown: string): Set<string> {
  const headings = [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  const names = headings.map((heading) =>
    heading.toLowerCase().replaceAll(/[^\p{L}\p{N}_\- ]/gu, ''),
  );
  return new Set(names.map((name) => name.replaceAll(' ', '-')));
}

/** The links of a page that lead to no file, or to no heading of one. */
function brokenLinksOf(page: string): string[] {
  const prose = read(page).replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.join(path.dirname(page), file);
    if (!existsSync(path.join(root, target))) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(read(target)).has(anchor);
  });
}

/** The commands that a page shows, such as `dead replay --all`. */
function commandsOf(page: string): string[] {
  const shown = read(page).matchAll(/(?:^|`|\$ )callbacks ((?:[a-z]|--)[^`#|\n]*)/gm);
  return [...shown].map(([, command = '']) => command.trim());
}

async function helpOf(command: string): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const streams = { stdin: Readable.from([]), stdout, stderr };
  await run([...command.split(' '), '--help'], { ...streams, now: () => new Date() });
  stdout.end();
  return await text(stdout);
}

/** The word or the options of a command that the command line does not have. */
async function unknownIn(command: string): Promise<string[]> {
  const [name = '', second = ''] = command.split(/[ ,]+/);
  const options = [...command.matchAll(/(?<= )--[a-z-]+/g)].map(([option]) => option);
  const help = await helpOf(name);
  if (!help.startsWith(`Usage: callbacks ${name} `)) return [name];
  const isGroup = help.includes('\nCommands:\n');
  if (isGroup && second === '') return [];
  if (isGroup && !new RegExp(`^ {2}${second}\\b`, 'm').test(help)) return [second];
  const own = isGroup ? await helpOf(`${name} ${second}`) : help;
  return options.filter((option) => !new RegExp(`${option}(?![\\w-])`).test(own));
}

describe('the pages', () => {
  it.each(pages)('have no link that leads nowhere: %s', (page) => {
    expect(brokenLinksOf(page)).toEqual([]);
  });

  it('show commands and options that the command line has', { timeout: 240_000 }, async () => {
    const commands = [...new Set(pagesOfCommands.flatMap(commandsOf))];
    expect(commands.length).toBeGreaterThan(20);
    for (const command of commands) {
      expect({ command, unknown: await unknownIn(command) }).toEqual({ command, unknown: [] });
    }
  });

  it('are refused with a command or an option that there is not', async () => {
    expect(await unknownIn('dead relay --all')).toEqual(['relay']);
    expect(await unknownIn('prune --older 90d')).toEqual(['--older']);
  });
});
