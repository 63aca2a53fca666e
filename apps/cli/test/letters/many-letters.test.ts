import { countDeadLetters } from '@sinch-callbacks/db';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CliHarness, callbacks, useCli } from '../harness/cli-harness.ts';
import { insertLetters } from '../harness/letters.ts';

/** More than one page of what the commands read at once, or than two. */
const many = sized({ short: 520, long: 1_050 });

const cli = useCli();

beforeEach(async () => {
  await insertLetters(cli, many);
});

const openLetters = async () => await countDeadLetters(cli.database, {});

describe('many dead letters', { timeout: 180_000 }, () => {
  it('are each processed once, although they leave the list while it is read', async () => {
    const discarded = await callbacks(['dead', 'discard', '--all', '--json'], cli.env);
    expect(discarded.code).toBe(0);
    const { letters, counts } = JSON.parse(discarded.stdout);
    expect(counts).toEqual({ discarded: many });
    expect(new Set(letters.map((l: { eventKey: string }) => l.eventKey)).size).toBe(many);
    expect(await openLetters()).toBe(0);
  });

  it('are reported as far as it went when the queue goes down, and the rest is done later', async () => {
    const proxy = await openFaultProxy(String(cli.env['REDIS_URL']));
    const env = { ...cli.env, REDIS_URL: proxy.url };
    const running = callbacks(['dead', 'replay', '--all', '--json'], env);
    while ((await countReplayed(cli)) < 50) await new Promise(setImmediate);
    await proxy.cut();
    const { code, stdout, stderr } = await running;
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.not.stringMatching(/\n +at /),
    });
    const { letters, counts, error } = JSON.parse(stdout);
    expect(error.code).toBe('queue-unavailable');
    expect(letters).toHaveLength(counts.replayed);
    expect(counts.replayed).toBeLessThan(many);

    expect(await callbacks(['dead', 'replay', '--all'], cli.env)).toMatchObject({ code: 0 });
    expect(await countReplayed(cli)).toBe(many);
    expect(await openLetters()).toBe(many);
  });
});

async function countReplayed({ database }: CliHarness): Promise<number> {
  return await database.prisma.deadLetter.count({ where: { replays: { gte: 1 } } });
}
