export type { HandlerContext, HandlerLog, HandlerTransaction } from './api/handler-context.ts';
export { TaskLostError } from './api/handler-context.ts';
export type { HandlerEvent } from './api/handler-event.ts';
export {
  type ChosenTrigger,
  type Handler,
  type HandlerFunction,
  type HandlerOptions,
  type HandlerOrder,
  isHandlerList,
  on,
  type TriggerChoice,
} from './api/on.ts';
export { GiveUp, Pause, RetryAt, Skip } from './api/outcomes.ts';
export type { HandlerMessage, HandlerSend } from './api/send-message.ts';
export {
  countDeadTasks,
  type DeadTask,
  type DeadTaskGroup,
  groupDeadTasks,
  listDeadTasks,
} from './dead/dead-tasks.ts';
export {
  settleDeadTasks,
  type TaskStep,
  type TaskStepResult,
  withdrawReplayedTasks,
} from './dead/settle-dead-tasks.ts';
export type { TaskFilter } from './dead/task-filter.ts';
export type {
  AbortReason,
  EngineEvents,
  HandlerDeclaration,
  RunOutcome,
  TaskExecutor,
  TaskRun,
} from './engine/contract.ts';
export {
  defaultEngineTimings,
  type Engine,
  type EngineOptions,
  type EngineTimings,
  startEngine,
} from './engine/engine.ts';
export { forward } from './forward/forward.ts';
export {
  type CallbackToForward,
  type ForwardAnswer,
  type ForwardTarget,
  findTargetProblem,
  sendForward,
} from './forward/send-forward.ts';
export {
  byTrigger,
  type HandlersByTrigger,
  type HandlerView,
  openHandlerView,
} from './registry/handler-view.ts';
export {
  type HandlerState,
  listHandlers,
  type RegisteredState,
  setHandlerState,
} from './registry/manage-handlers.ts';
export { type DeclaredHandler, registerHandlers } from './registry/register-handlers.ts';
export { openRegistration, type Registration } from './registry/registration.ts';
export { type RunServices, runTask } from './runner/run-task.ts';
export { serveParent } from './runner/runner.ts';
export {
  defaultRunnerTimings,
  openRunnerPool,
  type RunnerPool,
  type RunnerPoolEvents,
  type RunnerTimings,
} from './runner/runner-pool.ts';
export {
  type BackfillProgress,
  type BackfillRange,
  backfillTasks,
} from './tasks/backfill-tasks.ts';
export type { ClaimedTask } from './tasks/claim-tasks.ts';
export { commitTask } from './tasks/commit-task.ts';
export type { DeadCause, RunResult } from './tasks/decide-settlement.ts';
export { type FailedRun, findTasks, type TaskHistory } from './tasks/find-tasks.ts';
export { insertTasks } from './tasks/insert-tasks.ts';
export { countPrunableTasks, pruneTasks } from './tasks/prune-tasks.ts';
export { countTaskStocks, type TaskStock } from './tasks/task-stocks.ts';
