import { boundedEntityId } from './event-key.ts';
import { hasValue, isJsonObject, type JsonObject } from './json-object.ts';
import { type KnownTrigger, triggerCatalog, triggerOfTopLevelKey } from './triggers.ts';

export type Recognition =
  | {
      readonly kind: 'known';
      readonly trigger: KnownTrigger;
      /** Sinch's id for the subject of the event; absent where Sinch gives none. */
      readonly entityId: string | undefined;
      readonly body: JsonObject;
    }
  | {
      readonly kind: 'unknown';
      /** The top-level keys that are not part of the envelope, for the operator to look up. */
      readonly topLevelKeys: readonly string[];
      readonly body: unknown;
    }
  | { readonly kind: 'unreadable' };

const envelopeKeys = new Set([
  'app_id',
  'project_id',
  'accepted_time',
  'event_time',
  'message_metadata',
  'channel_metadata',
  'correlation_id',
]);

/**
 * Finds an event's trigger from the text of its body.
 *
 * Never throws and never refuses: a body without a known trigger is `unknown`, so that the event is
 * kept. A body with the values of two triggers is `unknown` too, rather than half applied.
 * @param parse a parser with more than `JSON.parse` has.
 */
export function recognise(
  bodyText: string,
  parse: (jsonText: string) => unknown = JSON.parse,
): Recognition {
  const body = parsed(bodyText, parse);
  if (body === undefined) return { kind: 'unreadable' };
  if (!isJsonObject(body)) return { kind: 'unknown', topLevelKeys: [], body };
  const trigger = triggerOf(body);
  if (trigger !== undefined) {
    return { kind: 'known', trigger, entityId: entityIdOf(trigger, body), body };
  }
  const topLevelKeys = Object.keys(body).filter((key) => !envelopeKeys.has(key));
  return { kind: 'unknown', topLevelKeys, body };
}

/** Returns the one trigger whose key has a value; where none has, the one whose key is present. */
function triggerOf(body: JsonObject): KnownTrigger | undefined {
  const present: KnownTrigger[] = [];
  const valued: KnownTrigger[] = [];
  for (const key of Object.keys(body)) {
    const trigger = triggerOfTopLevelKey(key);
    if (trigger === undefined) continue;
    present.push(trigger);
    if (hasValue(body[key])) valued.push(trigger);
  }
  const [found, another] = valued.length > 0 ? valued : present;
  return another === undefined ? found : undefined;
}

/**
 * Finds Sinch's id for the subject of an event of this trigger, at the first path that has one.
 */
function entityIdOf(trigger: KnownTrigger, body: JsonObject): string | undefined {
  const { topLevelKey, entityPaths } = triggerCatalog[trigger];
  for (const path of entityPaths) {
    let value: unknown = body[topLevelKey];
    for (const key of path) value = isJsonObject(value) ? value[key] : undefined;
    const entityId = typeof value === 'string' ? boundedEntityId(value) : undefined;
    if (entityId !== undefined) return entityId;
  }
  return undefined;
}

const byteOrderMark = '\uFEFF';

function parsed(text: string, parse: (jsonText: string) => unknown): unknown {
  try {
    return parse(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
