export type { MessageEvent } from './bodies/content/content-as-sent.ts';
export { type MessageContent, messageContent } from './bodies/message-content.ts';
export type { CallbackBody } from './bodies/sinch-event.ts';
export {
  type EventEnvelope,
  readSinchEvent,
  type SinchEvent,
  type SinchEventOf,
  type SinchEventReading,
} from './bodies/sinch-event.ts';
export { errorFingerprint } from './dead-letters/error-fingerprint.ts';
export { type Decision, decideEvent } from './decide/decide-event.ts';
export { type Envelope, envelopeInText, envelopeOf, type ReadEnvelope } from './decide/envelope.ts';
export type { CallbackEvent, SignatureFacts } from './events/callback-event.ts';
export {
  boundedEntityId,
  digestOfEventKey,
  digestOfRawBody,
  type EventKey,
  eventKey,
  eventKeyOf,
} from './events/event-key.ts';
export { type Occurrence, occurrenceOf } from './events/occurrence.ts';
export { type OrderKeySource, orderKeyOf } from './events/order-key.ts';
export { encodeRawBody, type RawBody, rawBodyBytes, rawBodyText } from './events/raw-body.ts';
export { type Recognition, recognise } from './events/recognise.ts';
export { isReconciled, reconciledBody } from './events/reconciled-body.ts';
export { type Subject, subjectOf } from './events/subject.ts';
export {
  isKnownTrigger,
  type KnownTrigger,
  knownTriggers,
  type Trigger,
} from './events/triggers.ts';
export type {
  CapabilityFact,
  ConsentEventFact,
  ContactDuplicateFact,
  ContactFact,
  ContactIdentityFact,
  ContactMergeFact,
} from './facts/contact-facts.ts';
export type {
  BatchFact,
  ChannelEventFact,
  EventDeliveryChannelFact,
  EventDeliveryFact,
  InboundEventFact,
  ReactionFact,
  RecordFact,
  UnsupportedFact,
} from './facts/event-facts.ts';
export type { Facts } from './facts/facts.ts';
export type {
  ChannelStatus,
  ConversationFact,
  IdentityFields,
  MessageAnalysisFact,
  MessageChannelFact,
  MessageFact,
  MessageStatusFact,
  OverallStatus,
  ReasonFields,
  StoredContent,
} from './facts/message-facts.ts';
export { signedAtOf, type TimeField, timeFields } from './facts/moments.ts';
export { type Stamp, type Stamped } from './facts/stamp.ts';
export { plainTexts } from './mentions/decoded-texts.ts';
export { matchesOf, type PersonTexts } from './mentions/matches-of.ts';
export { numbersIn } from './mentions/numbers-in.ts';
export {
  joined,
  maxSeparators,
  separatorClass,
  separatorSigns,
  timeJoint,
} from './mentions/separators.ts';
export {
  type CallbackRequest,
  type ReceiveOutcome,
  type ReceiveSettings,
  type RejectionCause,
  receive,
} from './receive.ts';
export { type ExpiringTable, expiringTables } from './retention/expiring-tables.ts';
export {
  type CallbackToSign,
  type SignatureHeaderName,
  type SignatureHeaders,
  signatureHeaders,
  signCallback,
} from './signature/sign-callback.ts';
export {
  findHeaderFault,
  type ReadHeader,
  type SignatureFault,
  type SignatureVerdict,
  verifySignature,
} from './signature/verify-signature.ts';
export { boundedText } from './values/bounded-text.ts';
export { withoutContactDetails } from './values/contact-details.ts';
export { canonicalJson, parseExactly } from './values/exact-json.ts';
export { normaliseIdentity } from './values/identity.ts';
export { type Instant, parseInstant } from './values/instant.ts';
export { isLoopback } from './values/is-loopback.ts';
export {
  type MarkedMetadata,
  markerLength,
  markMetadata,
  maxMessageMetadata,
  readMarker,
} from './values/outbound-marker.ts';
export { isSameSecret } from './values/same-secret.ts';
export { storableJson, storableText } from './values/storable-json.ts';
export { readTypedIdentity, type TypedIdentity } from './values/typed-identity.ts';
