export { readTestEvent } from './read-test-event.ts';
export type { RecordedStatement } from './record-statements.ts';
export {
  type TriedLogLine,
  type TriedRun,
  type TriedSend,
  type TryOptions,
  tryHandler,
} from './try-handler.ts';
