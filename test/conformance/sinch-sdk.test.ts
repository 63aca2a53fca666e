import { ConversationCallbackWebhooks } from '@sinch/sdk-core';
import { createSampleContext, createSender, sampleCallbacks } from '@sinch-callbacks/simulator';
import { describe, expect, it } from 'vitest';

// Sinch's own code verifies our signatures. If both agree, a receiver that follows Sinch accepts
// our sender, and our receiver, which is tested with that sender, accepts Sinch.
const secrets = ['the newer secret', 'der ältere 🔑'] as const;
const sender = createSender({ url: 'http://unused.invalid', secret: secrets[0] });

const samples = Object.entries(sampleCallbacks).flatMap(([trigger, variants]) =>
  Object.entries(variants).map(([variant, build]) => ({
    trigger,
    variant,
    body: JSON.stringify(build(createSampleContext('sdk'))),
  })),
);

function sdkAccepts(secret: string, headers: Record<string, string>, body: string): boolean {
  return new ConversationCallbackWebhooks(secret).validateAuthenticationHeader(headers, body);
}

describe('the verifier of Sinch’s own SDK', () => {
  it.each(samples)('accepts our signature of $trigger, $variant', ({ body }) => {
    for (const secret of secrets) {
      expect(sdkAccepts(secret, sender.sign(body, { secret }), body)).toBe(true);
    }
  });

  it.each([
    ['Zoë 📦 試験 \u0000 \ufffd'],
    ['{ "spaced" :  true }\n'],
    [String.raw`{"escaped":"\u00e9\/\ud83d\udce6"}`],
    ['{"message":{"id":"'],
    [''],
  ])('accepts our signature of the body %j, byte for byte', (body) => {
    expect(sdkAccepts(secrets[0], sender.sign(body), body)).toBe(true);
    expect(sdkAccepts(secrets[0], sender.sign(Buffer.from(body)), body)).toBe(true);
  });

  it('refuses another secret, body, nonce and time, so it does judge', () => {
    const headers = sender.sign('{}');
    expect(sdkAccepts(secrets[0], headers, '{}')).toBe(true);
    expect(sdkAccepts(secrets[1], headers, '{}')).toBe(false);
    expect(sdkAccepts(secrets[0], headers, '{ }')).toBe(false);
    for (const name of ['nonce', 'timestamp']) {
      const changed = { ...headers, [`x-sinch-webhook-signature-${name}`]: '1' };
      expect(sdkAccepts(secrets[0], changed, '{}')).toBe(false);
    }
  });
});
