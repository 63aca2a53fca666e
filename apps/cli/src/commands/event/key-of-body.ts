import {
  boundedEntityId,
  encodeRawBody,
  eventKey,
  rawBodyText,
  recognise,
} from '@sinch-callbacks/core';

/** The key that a body would be queued under, were its signature right. */
export function keyOfBody(rawBody: Uint8Array): string {
  const recognition = recognise(rawBodyText(encodeRawBody(rawBody)));
  switch (recognition.kind) {
    case 'known':
      return eventKey(recognition.trigger, recognition.entityId, rawBody);
    case 'unknown': {
      const entityId = boundedEntityId(recognition.topLevelKeys.join('+'));
      return eventKey('UNKNOWN', entityId, rawBody);
    }
    case 'unreadable':
      return eventKey('UNREADABLE', undefined, rawBody);
  }
}
