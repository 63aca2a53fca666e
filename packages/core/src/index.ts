export type { CallbackBody } from './bodies/callback-bodies.ts';
export {
  type EventEnvelope,
  readSinchEvent,
  type SinchEvent,
  type SinchEventOf,
  type SinchEventReading,
} from './bodies/sinch-event.ts';
export { errorFingerprint } from './dead-letters/error-fingerprint.ts';
export { type Decision, decideEvent, type Envelope } from './decide/decide-event.ts';
export type {
  BatchFact,
  CapabilityFact,
  ChannelEventFact,
  ChannelStatus,
  ConsentEventFact,
  ContactDuplicateFact,
  ContactFact,
  ContactIdentityFact,
  ContactMergeFact,
  ConversationFact,
  EventDeliveryChannelFact,
  EventDeliveryFact,
  Facts,
  IdentityFields,
  InboundEventFact,
  MessageAnalysisFact,
  MessageChannelFact,
  MessageContent,
  MessageFact,
  MessageStanding,
  MessageStatusFact,
  ReactionFact,
  ReasonFields,
  RecordFact,
  UnsupportedFact,
} from './decide/facts.ts';
export { type Stamp, type Stamped } from './decide/stamp.ts';
export { storableJson, storableText } from './decide/storable-json.ts';
export type { CallbackEvent, SignatureFacts } from './events/callback-event.ts';
export { boundedEntityId } from './events/entity-id.ts';
export { type EventKey, eventKey } from './events/event-key.ts';
export { encodeRawBody, type RawBody, rawBodyBytes, rawBodyText } from './events/raw-body.ts';
export { type Recognition, recognise } from './events/recognise.ts';
export {
  isKnownTrigger,
  type KnownTrigger,
  knownTriggers,
  type Trigger,
} from './events/triggers.ts';
export {
  type CallbackRequest,
  type ReceiveOutcome,
  type ReceiveSettings,
  type RejectionCause,
  receive,
} from './receive.ts';
export { type CallbackToSign, signCallback } from './signature/sign-callback.ts';
export {
  type SignatureHeaderName,
  type SignatureHeaders,
  signatureHeaders,
} from './signature/signature-headers.ts';
export {
  findHeaderFault,
  type ReadHeader,
  type SignatureFault,
  type SignatureVerdict,
  verifySignature,
} from './signature/verify-signature.ts';
