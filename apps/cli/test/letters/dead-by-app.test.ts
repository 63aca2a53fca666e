import { digestOfEventKey } from '@sinch-callbacks/core';
import { listRuns } from '@sinch-callbacks/db';
import { describe, expect, it } from 'vitest';
import { useCli } from '../harness/cli-harness.ts';
import { recordLetters, reportOf } from '../harness/letters.ts';

const cli = useCli();

const [one, two, three] = [reportOf('01ONE'), reportOf('01TWO'), reportOf('01THREE')] as const;
const { run, runJson } = cli;

describe('dead groups', () => {
  it('are per app, in lines of a plain terminal, with what shows one of them', async () => {
    await recordLetters(cli, [one, two, reportOf('01ELSE', '02APP')]);
    const { document } = await runJson('dead', 'groups');
    expect(document.groups).toMatchObject([
      { count: 2, appId: '01APP' },
      { count: 1, appId: '02APP', fingerprint: document.groups[0].fingerprint },
    ]);
    const { stdout } = await run('dead', 'groups');
    const lines = stdout.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    for (const part of ['app 01APP', 'app 02APP', 'MESSAGE_DELIVERY', 'refused by the test']) {
      expect(stdout).toContain(part);
    }
    const [command = ''] = lines.filter((line) => line.includes('callbacks dead show'));
    const shown = await run(...command.trim().split(' ').slice(1));
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('01APP') });
    expect((await runJson('dead', 'groups', '--app', '02APP')).document.groups).toHaveLength(1);
    expect(await run('dead', 'groups', '--app', '')).toMatchObject({ code: 2 });
  });
});

describe('dead replay', () => {
  it('of one app touches no other', async () => {
    const other = reportOf('01ELSE', '02APP');
    await recordLetters(cli, [one, two, other]);
    const { code, document } = await runJson('dead', 'replay', '--app', '02APP');
    expect({ code, counts: document.counts }).toEqual({ code: 0, counts: { replayed: 1 } });
    expect(await cli.jobIds('replay')).toEqual([`${other.key}.r1`]);
    expect(await cli.jobIds('dead')).toEqual([one.key, two.key].toSorted());
    expect((await runJson('dead', 'list', '--app', '02APP')).document.total).toBe(1);
    expect((await listRuns(cli.database, 1))[0]?.filter).toEqual({ where: { appId: '02APP' } });
  });

  it('takes the beginning of a key, and of the digits at its end', async () => {
    await recordLetters(cli, [one, two, three]);
    const digits = digestOfEventKey(two.key);
    const chosen = ['MESSAGE_DELIVERY.01ONE', digits.slice(0, 12), digestOfEventKey(three.key)];
    const { document } = await runJson('dead', 'replay', ...chosen, digits);
    expect(document.letters.map(({ eventKey }: { eventKey: string }) => eventKey)).toEqual([
      one.key,
      two.key,
      three.key,
    ]);
    expect(await cli.jobIds('replay')).toHaveLength(3);
    const several = await run('dead', 'discard', 'MESSAGE_DELIVERY');
    expect(several).toMatchObject({ code: 2, stderr: expect.stringContaining('several') });
  });
});
