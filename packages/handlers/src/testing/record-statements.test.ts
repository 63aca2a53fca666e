import { expect, it } from 'vitest';
import { type RecordedStatement, recordStatements } from './record-statements.ts';

it('gives what Prisma gives for no rows, where there is no database', async () => {
  const recorded: RecordedStatement[] = [];
  const prisma = recordStatements(undefined, (statement) => recorded.push(statement));
  expect(await prisma.message.findMany()).toEqual([]);
  expect(await prisma.message.findFirst()).toBeNull();
  expect(await prisma.message.count()).toBe(0);
  expect(await prisma.message.updateMany({ data: {} })).toEqual({ count: 0 });
  expect(await prisma.message.deleteMany()).toEqual({ count: 0 });
  expect(recorded.map(({ text }) => text)).toEqual([
    'message.findMany',
    'message.findFirst',
    'message.count',
    'message.updateMany',
    'message.deleteMany',
  ]);
});
