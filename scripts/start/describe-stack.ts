import type { Stack } from './stack-file.ts';

/** Where everything is, and a request to try, line by line. */
export function describeStack({ ingestUrl, adminUrl, databaseUrl }: Stack): string[] {
  return [
    `  webhook     ${ingestUrl}/api/sinch/webhook`,
    `  Bull Board  ${adminUrl}/queues`,
    `  database    ${databaseUrl}`,
    '  all of it   .dev/stack.json      logs  .dev/logs/',
    '',
    'Send one yourself, from another terminal:',
    '',
    `  SECRET=$(sed -n 's/.*"webhookSecret": "\\(.*\\)".*/\\1/p' .dev/stack.json)`,
    `  BODY='{"app_id":"me","message":{"id":"my-first","contact_message":{"text_message":{"text":"hello"}}}}'`,
    '  NONCE=my-nonce TIME=$(date +%s)',
    `  SIGNATURE=$(printf '%s.%s.%s' "$BODY" "$NONCE" "$TIME" | openssl dgst -sha256 -hmac "$SECRET" -binary | base64)`,
    `  curl -i ${ingestUrl}/api/sinch/webhook -d "$BODY" -H 'content-type: application/json' \\`,
    '    -H "x-sinch-webhook-signature: $SIGNATURE" -H "x-sinch-webhook-signature-nonce: $NONCE" \\',
    '    -H "x-sinch-webhook-signature-timestamp: $TIME" -H "x-sinch-webhook-signature-algorithm: HmacSHA256"',
  ];
}
