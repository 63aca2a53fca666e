export { cancelLetterRun, type Withdrawal, type WithdrawalCounts } from './letters/cancel-run.ts';
export type { LetterResult, LetterTools, RedactText, RunTools } from './letters/letter-result.ts';
export { AmbiguousKeyError, type LetterSelection } from './letters/letter-selection.ts';
export { replayLetter } from './letters/replay-letter.ts';
export {
  type OnLetter,
  performRun,
  previewRun,
  type RunEnd,
  type RunToStart,
  startRun,
  takeUpRun,
} from './letters/run-letters.ts';
export {
  type ReplayedLetter,
  type SettledAs,
  waitForReplays,
} from './letters/wait-for-replays.ts';
export {
  type Rechecked,
  type RecheckWork,
  type RejectedCalls,
  recheckAll,
  rejectedCalls,
} from './rejected/recheck.ts';
export { replayUnhandled, type UnhandledToReplay } from './requeue/replay-unhandled.ts';
export { type Requeued, type RequeueTools, requeueLetters } from './requeue/requeue-letters.ts';
export {
  countToPrune,
  minAgeDays,
  type PruneAges,
  type PruneCounts,
  type PruneCutoffs,
  type PrunePlan,
  planPrune,
  prune,
} from './retention/prune.ts';
export { consentQuestionOf, findQuestionOf } from './search/find-question.ts';
export { readTypedKey } from './search/typed-key.ts';
export {
  cancelTaskRun,
  type OnTasks,
  performTaskRun,
  startTaskRun,
  type TaskRunEnd,
  type TaskRunToStart,
  takeUpTaskRun,
} from './tasks/run-tasks.ts';
