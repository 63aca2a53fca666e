/**
 * What a run takes from the product's own rooms. By path, since turbo lets every package import
 * what the root depends on: naming them in the root's package.json would open them to all.
 */
export {
  type CallbackEvent,
  decideEvent,
  receive,
  signCallback,
} from '../../packages/core/src/index.ts';
export {
  createEventWriter,
  migrateDatabase,
  openDatabase,
  recordDeadLetter,
} from '../../packages/db/src/index.ts';
export { openBoardQueues } from '../../packages/queue/src/index.ts';
