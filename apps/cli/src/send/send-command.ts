import type { KnownTrigger } from '@sinch-callbacks/core';
import type { Command } from 'commander';
import type { ExitCode } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import type { Host, Session } from '../session.ts';
import { describeOrigins, type Given, type Settings } from '../settings/read-settings.ts';
import { chooseBodies } from './choose-bodies.ts';
import { printAll } from './print-all.ts';
import { sendAll } from './send-all.ts';
import { createCallbackSender } from './send-callbacks.ts';
import { describeSend, type SendOptions } from './send-options.ts';

const webhookPath = '/api/sinch/webhook';

/** `callbacks send` */
export function addSendCommand(program: Command, host: Host, now: () => Date): void {
  describeSend(program.command('send'), now).action(
    async (trigger: KnownTrigger | undefined, options: SendOptions, command: Command) => {
      await host.run(command, (session) => send(session, trigger, options));
    },
  );
}

async function send(
  session: Session,
  trigger: KnownTrigger | undefined,
  options: SendOptions,
): Promise<ExitCode> {
  const { world, terminal } = session;
  const settings = await session.readSettings();
  const url = requireUrl(options.url, settings);
  const secret = requireSecret(settings);
  const bodyAt = await chooseBodies({ ...options, trigger }, world.stdin, world.now());
  const isTampered = options.tamper ?? false;
  const { timestamp, nonce } = options;
  const signing = { url: url.value, secret: secret.value, timestamp, nonce, isTampered };
  const sender = createCallbackSender(signing, world.now);
  const { count } = options;
  const plan = { url: url.value, bodyAt, count, isTampered, secretFrom: secret.from };
  terminal.note(`${url.value} (${describeOrigins({ address: url, secret })})`);
  return options.print ? printAll(sender, plan, terminal) : await sendAll(sender, plan, terminal);
}

function requireUrl(option: string | undefined, { ingestUrl }: Settings): Given<string> {
  if (option !== undefined) return { value: option, from: '--url' };
  if (ingestUrl) {
    return { value: new URL(webhookPath, ingestUrl.value).href, from: ingestUrl.from };
  }
  throw new UsageError('no address to send to: give --url, or let `npm start` run');
}

function requireSecret({ secret }: Settings): Given<string> {
  if (secret) return secret;
  throw new UsageError('no secret to sign with: set SINCH_WEBHOOK_SECRET, or let `npm start` run');
}
