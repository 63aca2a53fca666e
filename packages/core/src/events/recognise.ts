import { boundedEntityId } from './event-key.ts';
import { hasValue, isJsonObject, type JsonObject } from './json-object.ts';
import { type KnownTrigger, triggerCatalog, triggerOfTopLevelKey } from './triggers.ts';

export type Recognition =
  | {
      readonly kind: 'known';
      readonly trigger: KnownTrigger;
      /** Sinch's id for the thing that the event is about; absent where Sinch gives none. */
      readonly entityId: string | undefined;
      readonly body: JsonObject;
    }
  | {
      readonly kind: 'unknown';
      /** The top-level keys that are not part of the envelope, for the operator to find out. */
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
 * Never throws and never refuses: what it does not know it names `unknown`, so that the event
 * is kept. A body with the values of two triggers is `unknown` too, rather than half applied.
 * @param parse for those who need more than `JSON.parse` gives.
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

/** The one trigger whose key has a value; where none has, the one whose key is there. */
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

/** Sinch's id for the thing that an event of this trigger is about, at the first place that has one. */
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
