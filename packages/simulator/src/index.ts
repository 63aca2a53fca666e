export { type Burst, type BurstCallback, type BurstOptions, burst } from './burst.ts';
export {
  createSender,
  type Sender,
  type SenderAnswer,
  type SenderOptions,
  type SendOverrides,
} from './create-sender.ts';
export { createRandom, type Random, ulid } from './random.ts';
export {
  type SampleBuilder,
  type SampleChoice,
  sampleCallback,
  sampleCallbacks,
} from './sample-callbacks.ts';
export {
  type CallbackBody,
  createSampleWorld,
  type Person,
  type SampleWorld,
} from './sample-world.ts';
export { inboundMessage } from './samples/inbound-messages.ts';
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
