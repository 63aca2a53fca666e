import { Readable } from 'node:stream';
import { knownTriggers, recognise } from '@sinch-callbacks/core';
import { describe, expect, it } from 'vitest';
import { type BodyChoice, chooseBodies } from './choose-bodies.ts';

const now = new Date('2026-11-23T18:00:00Z');

async function choose(choice: BodyChoice, stdin = '') {
  const bodyAt = await chooseBodies(choice, Readable.from([Buffer.from(stdin)]), now);
  return (index = 0) => Buffer.from(bodyAt(index)).toString();
}

describe('samples', () => {
  it.each(knownTriggers)('there is one of %s', async (trigger) => {
    const body = await choose({ trigger });
    expect(recognise(body())).toMatchObject({ kind: 'known', trigger });
  });

  it('with a seed are the same bytes each time, and one after the other different', async () => {
    const [first, second] = [await choose({ seed: 's' }), await choose({ seed: 's' })];
    expect([first(), first(1)]).toEqual([second(), second(1)]);
    expect(first()).not.toBe(first(1));
  });

  it('without a seed are new each time', async () => {
    expect((await choose({}))()).not.toBe((await choose({}))());
  });

  it('of a message have the text that is given', async () => {
    const body = JSON.parse((await choose({ text: 'order 12345' }))()) as object;
    expect(body).toMatchObject({
      message: { contact_message: { text_message: { text: 'order 12345' } } },
    });
    const none = { trigger: 'OPT_IN', text: 'order 12345' } as const;
    await expect(choose(none)).rejects.toThrow('--text');
  });

  it('of a variant that does not exist are refused with those that do', async () => {
    const choice = { trigger: 'OPT_IN', variant: 'maybe' } as const;
    await expect(choose(choice)).rejects.toThrow(/succeeded, failed/);
  });
});

describe('given bodies', () => {
  it('are sent as they are, from the command line or from stdin', async () => {
    expect((await choose({ body: ' {"a" : 1} ' }))()).toBe(' {"a" : 1} ');
    expect((await choose({ body: '-' }, '{"b":2}\n'))(7)).toBe('{"b":2}\n');
  });

  it.each<BodyChoice>([
    { body: '{}', file: 'x.json' },
    { body: '{}', trigger: 'OPT_IN' },
    { body: '{}', seed: 's' },
    { file: '/nowhere/at/all.json' },
  ])('are refused where %j makes no sense', async (choice) => {
    await expect(choose(choice)).rejects.toMatchObject({ code: 'usage' });
  });
});
