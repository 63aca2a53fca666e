export { type Decision, type Envelope, decideEvent } from './decide/decide-event.ts';
export type {
  ConsentFact,
  ContactFact,
  ContactIdentityFact,
  ConversationFact,
  Facts,
  MessageFact,
  MessageStatusFact,
} from './decide/facts.ts';
export { type Stamp, type Stamped } from './decide/stamp.ts';
export { statusRank } from './decide/status-rank.ts';
export type { CallbackEvent, SignatureFacts } from './events/callback-event.ts';
export { type EventKey, digestOfEventKey, eventKey } from './events/event-key.ts';
export { type RawBody, encodeRawBody, rawBodyBytes, rawBodyText } from './events/raw-body.ts';
export { type Recognition, recognise } from './events/recognise.ts';
export {
  type KnownTrigger,
  type Trigger,
  isKnownTrigger,
  knownTriggers,
  triggerCatalog,
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
  signatureAlgorithm,
  signatureHeaders,
} from './signature/signature-headers.ts';
export {
  type ReadHeader,
  type SignatureFault,
  type SignatureVerdict,
  verifySignature,
} from './signature/verify-signature.ts';
