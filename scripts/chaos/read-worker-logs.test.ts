import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { countApplications } from './count-applications.ts';

const line = (eventKey: string, result: string) =>
  `{"level":"info","eventKey":"${eventKey}","trigger":"T","attempt":1,"result":"${result}","msg":"event applied"}\n`;

it('counts what all workers together say they applied, and no duplicate', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sinch-callbacks-logs-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const paths = [join(directory, 'one.log'), join(directory, 'two.log')];
  await writeFile(paths[0] ?? '', line('a', 'applied') + line('b', 'applied') + 'broken {"resu');
  await writeFile(paths[1] ?? '', line('a', 'duplicate') + line('b', 'applied'));
  expect(await countApplications(paths)).toEqual(
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
  );
});
