import { type Environment, importing } from './leaky-stack.ts';

/** Commands whose whole output is searched: name, arguments, changes of the environment. */
export function commandsToRun(
  { ingest, admin }: { readonly ingest: string; readonly admin: string },
  refused: Environment,
  unauthorised: Environment,
): (readonly [string, readonly string[], Environment])[] {
  const urls = ['--ingest-url', ingest, '--admin-url', admin];
  const webhook = `${ingest}/api/sinch/webhook`;
  return [
    ['doctor', ['doctor', '--json', ...urls], {}],
    ['doctor with refused connections', ['doctor'], refused],
    ['doctor with wrong passwords', ['doctor'], unauthorised],
    ['dead list with refused connections', ['dead', 'list'], refused],
    ['rejected list with refused connections', ['rejected', 'list'], refused],
    ['rejected recheck', ['rejected', 'recheck', '--dry-run'], {}],
    ['handlers list', ['handlers', 'list', '--json'], {}],
    ['handlers dead', ['handlers', 'dead', '--json'], {}],
    ['handlers with refused connections', ['handlers', 'list'], refused],
    ['send', ['send', 'MESSAGE_DELIVERY', '--url', webhook], {}],
    [
      'an unexpected error',
      ['unhandled', 'list'],
      { NODE_OPTIONS: importing('mistake-at-the-end.ts') },
    ],
  ];
}
