/**
 * A route as tutorials show it: verifies, answers, and lets Prisma write in the background. Pending
 * writes are only in memory, in no order, and lost with the process.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { openDatabase } from '@sinch-callbacks/db';

interface Body {
  readonly message?: { readonly id: string };
  readonly message_delivery_report?: { readonly message_id: string; readonly status: string };
}

const opened: { database?: ReturnType<typeof openDatabase> } = {};

export async function POST(request: Request): Promise<Response> {
  const text = await request.text();
  if (!isSigned(request.headers, text)) return Response.json({}, { status: 401 });
  save(JSON.parse(text) as Body).catch(() => undefined);
  return Response.json({ status: 'accepted' });
}

function isSigned(headers: Headers, body: string): boolean {
  const read = (name: string) => headers.get(`x-sinch-webhook-signature${name}`) ?? '';
  const digest = createHmac('sha256', process.env['SINCH_WEBHOOK_SECRET'] ?? '')
    .update(`${body}.${read('-nonce')}.${read('-timestamp')}`)
    .digest();
  const given = Buffer.from(read(''), 'base64');
  return given.length === digest.length && timingSafeEqual(given, digest);
}

async function save({ message, message_delivery_report: report }: Body): Promise<void> {
  opened.database ??= openDatabase({ url: process.env['DATABASE_URL'] ?? '', poolSize: 10 });
  const sinchMessageId = message?.id ?? report?.message_id;
  if (sinchMessageId === undefined) return;
  const now = new Date();
  const status = report ? { status: report.status } : {};
  await opened.database.prisma.message.upsert({
    where: { sinchMessageId },
    create: { sinchMessageId, ...status, createdAt: now, happenedAt: now, updatedAt: now },
    update: { ...status, updatedAt: now },
  });
}
