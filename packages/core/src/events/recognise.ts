import { boundedEntityId } from './entity-id.ts';
import { type KnownTrigger, triggerCatalog, triggerOfTopLevelKey } from './triggers.ts';

/** A parsed JSON object, with nothing assumed about its values. */
export type JsonObject = { readonly [key: string]: unknown };

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
      /** The top-level keys that are not part of the envelope, for whoever has to find out. */
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
  'correlation_id',
]);

/**
 * Finds an event's trigger from the text of its body.
 *
 * Never throws and never refuses: what it does not know it names `unknown`, so that the event
 * is kept. A body with two triggers' keys is `unknown` too, rather than half applied.
 */
export function recognise(bodyText: string): Recognition {
  const body = parseJson(bodyText);
  if (body === undefined) return { kind: 'unreadable' };
  if (!isJsonObject(body)) return { kind: 'unknown', topLevelKeys: [], body };

  let found: KnownTrigger | undefined;
  let isOne = true;
  for (const key of Object.keys(body)) {
    const trigger = triggerOfTopLevelKey(key);
    if (trigger === undefined) continue;
    isOne = found === undefined;
    found = trigger;
  }
  if (found !== undefined && isOne) {
    return { kind: 'known', trigger: found, entityId: entityIdOf(found, body), body };
  }
  const topLevelKeys = Object.keys(body).filter((key) => !envelopeKeys.has(key));
  return { kind: 'unknown', topLevelKeys, body };
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entityIdOf(trigger: KnownTrigger, body: JsonObject): string | undefined {
  const { topLevelKey, entityPath } = triggerCatalog[trigger];
  if (entityPath.length === 0) return undefined;
  let value: unknown = body[topLevelKey];
  for (const key of entityPath) value = isJsonObject(value) ? value[key] : undefined;
  return typeof value === 'string' ? boundedEntityId(value) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
