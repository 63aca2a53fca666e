export { type Burst, type BurstCallback, type BurstOptions, burst } from './burst/burst.ts';
export {
  createSender,
  type Sender,
  type SenderAnswer,
  type SenderOptions,
  type SendOverrides,
} from './create-sender.ts';
export type { Attempt } from './delivery/deliver.ts';
export {
  type Answer,
  type Rate,
  type RetryRules,
  type RetrySignature,
  usualRetryRules,
  type Verdict,
} from './delivery/delivery-rules.ts';
export { type SinchOptions, type SinchRun, startSinch } from './delivery/start-sinch.ts';
export type { DeliveryCounts, Tally } from './delivery/tally.ts';
export { type KeyedBody, keyBody } from './keyed-body.ts';
export {
  createRandom,
  drawInteger,
  drawLog,
  pick,
  pickWeighted,
  type Random,
  ulid,
} from './random.ts';
export { inboundMessage } from './samples/inbound-messages.ts';
export {
  type SampleBuilder,
  type SampleChoice,
  sample,
  sampleCallback,
  sampleCallbacks,
} from './samples/sample-callbacks.ts';
export {
  type CallbackBody,
  createSampleContext,
  type Person,
  type SampleContext,
} from './samples/sample-context.ts';
export {
  type DeliveryStatus,
  deliveryReport,
  type SentMessage,
  sentMessage,
  submitNotification,
} from './samples/sent-messages.ts';
export {
  type OutgoingCallback,
  type SendAllOptions,
  type SendReport,
  sendAll,
} from './send-all.ts';
export { type CallbackStreamOptions, callbackStream } from './traffic/callback-stream.ts';
export {
  type Faults,
  type Offer,
  type PlannedEvent,
  planTraffic,
  type TrafficOptions,
  usualFaults,
} from './traffic/plan-traffic.ts';
