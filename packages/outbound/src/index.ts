export { type AwaitEnd, awaitMessage, type MessageProgress } from './operate/await-message.ts';
export { countUnsettled } from './operate/count-messages.ts';
export { findMessages, listMessages, type MessageFilter } from './operate/find-messages.ts';
export {
  discardMessages,
  type MessageChoice,
  maxChosen,
  resendMessages,
} from './operate/settle-by-hand.ts';
export {
  type OutboundErrorClass,
  type OutboundMessage,
  type OutboundState,
  outboundStates,
  type QueryRunner,
} from './outbound-message.ts';
export { findOptOuts, type OptOut, requireErasureKeys } from './queue/find-opt-outs.ts';
export type { MessageToSend, RecipientToSend, SendSettings } from './queue/message-to-send.ts';
export { type QueueOutcome, queueMessage, sendMessage } from './queue/queue-message.ts';
export type {
  SenderEvents,
  SenderOptions,
  SenderTimings,
  SendFacts,
} from './sender/contract.ts';
export { defaultSenderTimings, type Sender, startSender } from './sender/start-sender.ts';
export {
  findUncertain,
  keptSources,
  type MessagesSource,
  settleFound,
} from './sending/look-up-messages.ts';
