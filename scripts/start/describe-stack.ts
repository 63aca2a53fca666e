import { relative } from 'node:path';
import type { Places } from './places.ts';
import type { Stack } from './stack-file.ts';

/** Where everything is, and something to try, line by line. */
export function describeStack(
  { ingestUrl, adminUrl, databaseUrl }: Stack,
  places: Places,
): string[] {
  const here = (path: string) => relative('.', path);
  return [
    `  webhook     ${ingestUrl}/api/sinch/webhook`,
    `  Bull Board  ${adminUrl}/queues`,
    `  database    ${databaseUrl}`,
    `  all of it   ${here(places.stackFile)}`,
    `  logs        ${here(places.logs)}`,
    '',
    'Send a signed callback, from another terminal:',
    '',
    '  npm run --silent callbacks -- send MESSAGE_INBOUND',
    '',
    'README.md shows the same with openssl and curl.',
  ];
}
