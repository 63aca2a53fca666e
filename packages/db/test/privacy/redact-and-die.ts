/**
 * A redaction by age in a process of its own, which kills itself shortly after its nth
 * transaction. Its arguments are n, a pause in ms, and the database's URL.
 */
import { openDatabase, redactOld } from '../../src/index.ts';

const [, , batches = '', pauseMs = '', url = ''] = process.argv;
const before = new Date('2026-02-01T00:00:00Z');
let done = 0;

const database = openDatabase({ url, poolSize: 2 });
await redactOld(database, before, 3, undefined, async () => {
  done += 1;
  if (done === Number(batches))
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(pauseMs));
});
await database.close();
