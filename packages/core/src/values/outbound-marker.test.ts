import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { markerLength, markMetadata, readMarker } from './outbound-marker.ts';

it('what was marked is read as it was, whatever the metadata', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.option(fc.string({ minLength: 1 })), (id, text) => {
      const metadata = text ?? undefined;
      const marked = markMetadata(id, metadata);
      expect(marked).toHaveLength(markerLength + (metadata?.length ?? 0));
      expect(readMarker(marked)).toEqual({ outboundId: id, metadata });
    }),
  );
});

it.each([
  undefined,
  '',
  'order-7',
  '{"sc":1}',
  ' sc:6f9619ff-8b86-d011-b42d-00c04fc964ff;',
  'sc:x;',
])('%j has no marker, and stays as it is', (text) => {
  expect(readMarker(text)).toEqual({ outboundId: undefined, metadata: text });
});
