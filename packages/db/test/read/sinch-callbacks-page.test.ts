import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decideEvent, knownTriggers, recognise, signatureHeaders } from '@sinch-callbacks/core';
import { createSampleContext, sampleCallbacks } from '@sinch-callbacks/simulator';
import { describe, expect, it } from 'vitest';
import { createEventWriter } from '../../src/index.ts';
import { allRows, emptyTables, eventOf, toWrite, useMigratedDatabase } from '../support.ts';

// docs/sinch-callbacks.md documents the key and the rows of each callback. The tests compare it
// with the code, for its own examples and for the simulator's samples.
const page = readFileSync(
  path.resolve(import.meta.dirname, '../../../../docs/sinch-callbacks.md'),
  'utf8',
);

const sections = new Map(
  (page.split('\n## Triggers\n')[1] ?? '')
    .split('\n### ')
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text]),
);

const migrated = useMigratedDatabase();

it('there is a section for each trigger, and for nothing else', () => {
  expect([...sections.keys()].toSorted()).toEqual(knownTriggers.toSorted());
});

it('the table of triggers leads to each section', () => {
  for (const trigger of knownTriggers) expect(page).toContain(`](#${trigger.toLowerCase()})`);
});

it('the headers are those that are read', () => {
  const named = new Set(page.match(/x-sinch-webhook-[a-z-]+/g));
  expect(named).toEqual(new Set(Object.values(signatureHeaders)));
});

it('the ranks are those that decide', () => {
  const rows = [...page.matchAll(/^\| (`[A-Z_]+`|any other) \| (\d+) \| (\d+) \|/gm)];
  expect(rows).toHaveLength(7);
  for (const [, status = '', rank, rankOnChannel] of rows) {
    const decision = decideEvent(
      eventOf({
        message_delivery_report: {
          message_id: 'm',
          channel: 'SMS',
          status: status.replaceAll('`', ''),
        },
      }),
    );
    if (decision.kind !== 'apply') throw new Error(decision.kind);
    const { messages, messageChannels } = decision.facts;
    expect([status, messages[0]?.overallStatus?.statusRank]).toEqual([status, Number(rank)]);
    expect([status, messageChannels[0]?.status.statusRank]).toEqual([
      status,
      Number(rankOnChannel),
    ]);
  }
});

describe.each(knownTriggers)('the section %s', (trigger) => {
  const section = sections.get(trigger) ?? '';
  const line = (name: string) => new RegExp(`^\\| ${name} \\| (.+) \\|$`, 'm').exec(section)?.[1];
  const example = /```json\n([\s\S]+?)\n```/.exec(section)?.[1] ?? '';
  const samples = Object.values(sampleCallbacks[trigger]).map((build) =>
    JSON.stringify(build(createSampleContext('page'))),
  );

  it('has an example of its trigger', () => {
    expect(recognise(example)).toMatchObject({ kind: 'known', trigger });
    expect(decideEvent(eventOf(example)).kind).toBe('apply');
  });

  it('names the top-level key', () => {
    const topLevelKey = line('top-level key')?.replaceAll('`', '') ?? '';
    for (const body of [example, ...samples]) {
      expect(Object.keys(JSON.parse(body) as object)).toContain(topLevelKey);
      expect(recognise(JSON.stringify({ [topLevelKey]: {} }))).toMatchObject({ trigger });
    }
  });

  it('names what the event key is made of', () => {
    const keys = /^`([A-Z_]+)\.(?:<([a-z_.]+)>|-)\.<digest>`$/.exec(line('event key') ?? '');
    for (const body of [example, ...samples]) {
      const identity = keys?.[2] ? valueAt(JSON.parse(body), keys[2]) : '-';
      expect(eventOf(body).key).toMatch(new RegExp(`^${keys?.[1]}\\.${identity}\\.[0-9a-f]{32}$`));
    }
  });

  it('names the rows that change, all of them and no others', async () => {
    const named = [...(line('rows') ?? '').matchAll(/`([a-z_]+)`/g)].map(([, table = '']) => table);
    expect(await tablesChangedBy([example])).toEqual(named.toSorted());
    expect(await tablesChangedBy(samples)).toEqual(named.toSorted());
  });

  it('names what is needed, and nothing else is', () => {
    const [all = '', oneOf = ''] = (line('needs') ?? '').split('one of ');
    const paths = (text: string) => [...text.matchAll(/`([a-z_.]+)`/g)].map(([, name]) => name);
    const needed = [...paths(all).map((name) => [name]), ...(oneOf ? [paths(oneOf)] : [])];
    for (const group of needed) {
      expect([group, decideEvent(eventOf(without(example, group))).kind]).toEqual([
        group,
        'refuse',
      ]);
    }
    const others = leavesOf(JSON.parse(example)).filter(
      (leaf) => !needed.flat().includes(leaf) && leaf.includes('.'),
    );
    for (const leaf of others) {
      expect([leaf, decideEvent(eventOf(without(example, [leaf]))).kind]).toEqual([leaf, 'apply']);
    }
  });
});

/** An event's own. */
const eventTables = new Set(['callback_event', 'event_guard']);

async function tablesChangedBy(bodies: readonly string[]): Promise<string[]> {
  const { database } = migrated;
  await emptyTables(database);
  const writer = createEventWriter(database, () => new Date());
  await writer.write(bodies.map((body) => toWrite(eventOf(body))));
  return Object.entries(await allRows(database))
    .filter(([table, rows]) => !eventTables.has(table) && rows.length > 0)
    .map(([table]) => table)
    .toSorted();
}

type Tree = { [name: string]: unknown };

function valueAt(tree: unknown, dottedPath: string): unknown {
  return dottedPath.split('.').reduce<unknown>((value, name) => (value as Tree)[name], tree);
}

/** Removes the fields at these paths from a body. */
function without(body: string, dottedPaths: readonly (string | undefined)[]): object {
  const tree = JSON.parse(body) as Tree;
  for (const dottedPath of dottedPaths) {
    const names = dottedPath?.split('.') ?? [];
    const last = names.pop() ?? '';
    delete (valueAt(tree, names.join('.')) as Tree)[last];
  }
  return tree;
}

/** Paths of everything in the body, at every depth but in lists. */
function leavesOf(tree: unknown, before = ''): string[] {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return [];
  return Object.entries(tree).flatMap(([name, value]) => {
    const inner = leavesOf(value, `${before}${name}.`);
    return inner.length > 0 ? inner : [`${before}${name}`];
  });
}
