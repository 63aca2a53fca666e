export type { ApiOperation } from './http/operations.ts';
export type { InboundText } from './messages/receive-inbound.ts';
export type { PhoneMessage } from './phone-memory.ts';
export {
  type ApiDelivery,
  type ApiFaults,
  noApiFaults,
  type SimulatedAppOptions,
  type SimulatedProjectOptions,
  type SinchApiOptions,
  usualApiDelivery,
} from './sinch-api-options.ts';
export { sinchVariablesOf } from './sinch-variables.ts';
export { type ApiProject, type SinchApi, startSinchApi } from './start-sinch-api.ts';
export type {
  ApiRequestFacts,
  CallbackCounts,
  DroppedCallback,
  SinchTruth,
} from './truth.ts';
