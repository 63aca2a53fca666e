import type { KnownTrigger } from '@sinch-callbacks/core';
import type { Command } from 'commander';
import type { ExitCode } from '../../exit-codes.ts';
import type { Host, Session } from '../../session.ts';
import { describeOrigins } from '../../settings/read-settings.ts';
import { requireSecret, requireUrl } from '../../settings/webhook-target.ts';
import { chooseBodies } from './choose-bodies.ts';
import { printAll } from './print-all.ts';
import { sendAll } from './send-all.ts';
import { createCallbackSender } from './send-callbacks.ts';
import { describeSend, type SendOptions } from './send-options.ts';

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
  const { io, terminal } = session;
  const settings = await session.readSettings();
  const url = requireUrl(options.url, settings);
  const secret = requireSecret(settings);
  const bodyAt = await chooseBodies({ ...options, trigger }, io.stdin, io.now());
  const isTampered = options.tamper ?? false;
  const { timestamp, nonce } = options;
  const signing = { url: url.value, secret: secret.value, timestamp, nonce, isTampered };
  const sender = createCallbackSender(signing, io.now);
  const { count } = options;
  const plan = { url: url.value, bodyAt, count, isTampered, secretFrom: secret.from };
  terminal.note(`${url.value} (${describeOrigins({ address: url, secret })})`);
  return options.print ? printAll(sender, plan, terminal) : await sendAll(sender, plan, terminal);
}
