import * as z from 'zod';

/**
 * How fields are read. Sinch writes "" for absent, changes shapes between versions, and adds
 * fields and values without notice: a field that is not as expected counts as absent and never
 * makes an event fail, and fields that are not named here are kept as they are.
 */

/** A text; "" counts as absent. Also used for sets that Sinch may extend, such as statuses. */
export const text = z.string().min(1).optional().catch(undefined);

export const flag = z.boolean().optional().catch(undefined);

/** Any JSON object, kept as it is. */
export const jsonObject = z.record(z.string(), z.unknown()).optional().catch(undefined);

/** The texts in a list; whatever else is in it is passed over. */
export const textList = z
  .array(z.unknown())
  .transform((items) =>
    items.filter((item): item is string => typeof item === 'string' && item !== ''),
  )
  .optional()
  .catch(undefined);

/** An object with these fields and any others. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.looseObject(shape);
}

/** The same, where it may be absent. */
export function optionalSection<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.looseObject(shape).optional().catch(undefined);
}

/** A list of objects with these fields; whatever is no object is passed over. */
export function sectionList<Shape extends z.ZodRawShape>(shape: Shape) {
  const item = z.looseObject(shape);
  return z
    .array(z.unknown())
    .transform((items) =>
      items.map((value) => item.safeParse(value)).flatMap(({ data }) => (data ? [data] : [])),
    )
    .optional()
    .catch(undefined);
}

const channelIdentity = optionalSection({ channel: text, identity: text, app_id: text });

/** Callbacks of 2020 have a plain `channel` where later ones have `channel_identity`. */
export const channelFields = { channel: text, channel_identity: channelIdentity };

/** Why something failed; `""` in delivery reports of 2020. */
export const reason = optionalSection({
  code: text,
  description: text,
  sub_code: text,
  channel_code: text,
});
