import { type Reader, shortText, text, time } from '../fields.ts';
import { coordinatesShape, mediaShape, textShape } from './message-shapes.ts';
import { oneOf, tagged } from './one-of.ts';
import { membersOf, renamed } from './renamed.ts';

export interface Media {
  readonly url: string;
  readonly thumbnailUrl: string | undefined;
  readonly fileName: string | undefined;
}

const mediaFields = renamed(mediaShape);

/** Reads a file; without its address there is none. */
export const media: Reader<Media | undefined> = (value) => {
  const { url, thumbnailUrl, filenameOverride: fileName } = mediaFields(value);
  return url === undefined ? undefined : { url, thumbnailUrl, fileName };
};

export interface Location {
  readonly title: string | undefined;
  readonly label: string | undefined;
  readonly latitude: number | undefined;
  readonly longitude: number | undefined;
}

const locationFields = renamed({
  title: text,
  label: text,
  coordinates: renamed(coordinatesShape),
});

export const location: Reader<Location> = (value) => {
  const { coordinates, ...names } = locationFields(value);
  return { ...names, ...coordinates };
};

const words = renamed(textShape);

/** Reads a text; "" counts as none. */
export const textMessage: Reader<{ readonly text: string } | undefined> = (value) => {
  const { text: found } = words(value);
  return found === undefined ? undefined : { text: found };
};

/** Reads one of the choices that a message offers. */
const choiceMember = oneOf(
  {
    text_message: tagged('text', textMessage),
    url_message: tagged('url', renamed({ title: text, url: text })),
    call_message: tagged('call', renamed({ title: text, phone_number: text })),
    location_message: tagged('location', location),
    calendar_message: tagged(
      'calendar',
      renamed({
        title: text,
        event_title: text,
        event_description: text,
        event_start: time,
        event_end: time,
        fallback_url: text,
      }),
    ),
    share_location_message: tagged('shareLocation', renamed({ title: text, fallback_url: text })),
  },
  new Set(['postback_data']),
);
const postback = renamed({ postback_data: text });

/** Reads one of the choices that a message offers, with the data that choosing it sends back. */
export const offeredChoice = (value: unknown) => {
  const choice = choiceMember(value);
  return choice && { ...choice, ...postback(value) };
};

const parameter: Reader<string | undefined> = (value) =>
  typeof value === 'string' ? value : undefined;

/** Reads a reference to a template, with the texts that fill it in. */
export const template = renamed({
  template_id: shortText,
  version: shortText,
  language_code: shortText,
  parameters: membersOf(parameter),
});
