/**
 * An erasure in a process of its own, which kills itself shortly after it has found the person for
 * the nth time. Its arguments are n, a pause in ms, and the queue's location as JSON.
 */
import { eraseFromQueue, type QueueLocation } from '../../src/index.ts';
import { matches, redact } from './erase-harness.ts';

const [, , times = '', pauseMs = '', location = ''] = process.argv;
let found = 0;

function countMatches(text: string): boolean {
  const isFound = matches(text);
  if (isFound) found += 1;
  if (found === Number(times))
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(pauseMs));
  return isFound;
}

await eraseFromQueue(JSON.parse(location) as QueueLocation, countMatches, redact, () => undefined);
