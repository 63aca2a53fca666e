import { findDeadLetter, openRun } from '@sinch-callbacks/db';
import { replayLetter } from '@sinch-callbacks/operations';
import { openReplayLane, type ReplayLane } from '@sinch-callbacks/queue';
import { redactText } from '@sinch-callbacks/telemetry';
import { describe, expect, it } from 'vitest';
import { callbacksHere, openCliHarness } from '../harness/cli-harness.ts';
import { consume, recordLetters, reportOf } from '../harness/letters.ts';

/** Lanes that fail at one moment of a replay, as in a crash. */
const crashes: Readonly<Record<string, (lane: ReplayLane) => ReplayLane>> = {
  'the copy in the dead queue is removed': (lane) => ({
    ...lane,
    removeDead: async (key) => {
      await lane.removeDead(key);
      throw new Error('crash');
    },
  }),
  'the replay is noted': (lane) => ({
    ...lane,
    replay: async () => await Promise.reject(new Error('crash')),
  }),
  'the job is queued': (lane) => ({
    ...lane,
    replay: async (event, replay) => {
      await lane.replay(event, replay);
      throw new Error('crash');
    },
  }),
};

describe.each(['redis', 'postgres'] as const)('with the queue on %s', (backend) => {
  it.each(Object.entries(crashes))(
    'a replay that dies after %s is finished by the same command',
    async (_, crashing) => {
      const cli = await openCliHarness(backend);
      const lane = openReplayLane(cli.location);
      const event = reportOf('01CRASH');
      await recordLetters(cli, [event]);
      const { database } = cli;
      const now = () => new Date();
      const start = { operator: 'a', filter: { where: {} }, matched: 1, startedAt: now() };
      const { id: runId } = await openRun(database, { action: 'REPLAY', ...start });
      const tools = { database, lane: crashing(lane), runId, now, redactText };
      const letter = await findDeadLetter(database, event.key);
      if (letter === undefined) throw new Error('no letter');
      await expect(replayLetter(tools, letter)).rejects.toThrow('crash');
      await lane.close();

      const worker = consume(cli, 'replay', async (_event, apply) => await apply());
      const args = ['dead', 'replay', '--all', '--wait', '30', '--no-stack'];
      expect(await callbacksHere(args, cli.env)).toMatchObject({ code: 0 });
      await worker.close();
      expect(await findDeadLetter(cli.database, event.key)).toMatchObject({
        resolution: 'APPLIED',
      });
      expect(await cli.database.prisma.messageStatus.count()).toBe(1);
      expect(await cli.jobIds('dead')).toEqual([]);
      await cli.close();
    },
  );
});
