import { relative } from 'node:path';
import type { Stack, StackPaths } from '@sinch-callbacks/dev-env/stack';

/** Where everything is, and something to try, line by line. */
export function describeStack(
  { ingestUrl, adminUrl, databaseUrl }: Stack,
  paths: StackPaths,
): string[] {
  const here = (path: string) => relative('.', path);
  return [
    `  webhook     ${ingestUrl}/api/sinch/webhook`,
    `  Bull Board  ${adminUrl}/queues`,
    `  database    ${databaseUrl}`,
    `  all of it   ${here(paths.stackFile)}`,
    `  logs        ${here(paths.logs)}`,
    '',
    'Send a signed callback, from another terminal:',
    '',
    '  npm run --silent callbacks -- send MESSAGE_INBOUND',
    '',
    'README.md shows the same with openssl and curl.',
  ];
}
