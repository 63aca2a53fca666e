import { z } from 'zod';
import { tableDays } from './retention/table-days.ts';
import {
  absolutePath,
  anyText,
  days,
  flag,
  oneOf,
  postgresUrl,
  redisUrls,
  secretList,
  secureUrl,
  token,
  wholeNumber,
  wholeNumberOr,
} from './variable-kinds.ts';

/** From the fewest lines to the most. */
const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export type LogLevel = (typeof logLevels)[number];

const secondsPerWeek = 7 * 24 * 60 * 60;
const minutesPerDay = 24 * 60;
const daysPerDecade = 3_650;

/**
 * Sinch sends again for a day. For a week rejected callbacks can be rechecked, and a stored callback
 * probes receivers. `forward()` tries for three days.
 */
const minRetentionDays = 8;
const maxRetentionDays = 36_500;

const bytesPerMiB = 1024 * 1024;

const whyMinDays =
  'Sinch sends again for a day, and forward, recheck and rotate need up to a week of stored callbacks';

/** Pages of Sinch's dashboard. */
const appsPage = 'https://dashboard.sinch.com/convapi/apps';
const keysPage = 'https://dashboard.sinch.com/settings/access-keys';

/** All variables. Each app takes those that it needs; `.env.example` explains them. */
export const variables = {
  SINCH_WEBHOOK_SECRET: secretList().default([]),
  SINCH_TIMESTAMP_TOLERANCE_SECONDS: wholeNumber(1, secondsPerWeek).default(300),
  SINCH_REPLAY_POLICY: oneOf(['absorb', 'reject']).default('absorb'),
  INGEST_MAX_BODY_BYTES: wholeNumber(1, 64 * bytesPerMiB).default(bytesPerMiB),
  INGEST_HOST: z.string().default('127.0.0.1'),
  INGEST_PORT: wholeNumber(0, 65_535).default(3000),
  INGEST_PROCESSES: wholeNumberOr('auto', 1, 128).default(1),
  INGEST_METRICS_TOKEN: token().optional(),
  REDIS_URL: redisUrls().optional(),
  DATABASE_URL: postgresUrl().optional(),
  DIRECT_URL: postgresUrl().optional(),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/, { error: 'must be 1 to 32 letters, digits, "_" or "-"' })
    .default('sinch'),
  QUEUE_PARTITIONS: wholeNumber(1, 64).default(1),
  WORKER_CONCURRENCY: wholeNumber(1, 5000).default(1000),
  ADMIN_HOST: z.string().default('127.0.0.1'),
  ADMIN_PORT: wholeNumber(0, 65_535).default(3001),
  ADMIN_USER: z
    .string()
    .regex(/^[^:]+$/, { error: 'must have no ":", which ends the name in a login' })
    .default('admin'),
  ADMIN_PASSWORD: z.string().optional(),
  ADMIN_WRITES: flag().default(false),
  HANDLERS_HOST: z.string().default('127.0.0.1'),
  HANDLERS_PORT: wholeNumber(0, 65_535).default(3002),
  HANDLERS_METRICS_TOKEN: token().optional(),
  HANDLERS_RELOAD: flag().default(false),
  HANDLERS_POOL: wholeNumber(1, 100).default(10),
  SENDER_HOST: z.string().default('127.0.0.1'),
  SENDER_PORT: wholeNumber(0, 65_535).default(3003),
  SENDER_METRICS_TOKEN: token().optional(),
  SINCH_SEND_RATE: wholeNumber(1, 800).default(20),
  FORWARD_SECRET: z.string().optional(),
  ERASURE_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{32,}$/, {
      error: 'must be 32 or more letters, digits or signs: openssl rand -hex 32 makes one',
    })
    .optional(),
  ERASURE_LOG: absolutePath().optional(),
  LOG_LEVEL: oneOf(logLevels).default('info'),
  SINCH_REGION: z
    .enum(['us', 'eu', 'br'], {
      error: ({ input }) =>
        input === undefined
          ? `must be set to the region of the app, us, eu or br: ${appsPage} shows it`
          : `must be us, eu or br, as ${appsPage} shows it for the app`,
    })
    .optional(),
  SINCH_PROJECT_ID: anyText(`the id of the project: ${keysPage} shows it`).optional(),
  SINCH_APP_ID: anyText(`the id of the app: ${appsPage} shows it`).optional(),
  SINCH_ACCESS_KEY_ID: anyText(`the key id of an access key: ${keysPage} lists them`).optional(),
  SINCH_ACCESS_SECRET: anyText(
    `the secret of that access key: ${keysPage} shows it only when the key is made`,
  ).optional(),
  RECONCILE_EVERY_MINUTES: wholeNumber(5, minutesPerDay).optional(),
  SINCH_ON_CONTACT_DELETE: oneOf(['keep', 'redact', 'erase']).default('redact'),
  SINCH_CONTACT_DELETE_GRACE_DAYS: wholeNumber(0, daysPerDecade).default(30),
  RETENTION_DAYS: days(minRetentionDays, maxRetentionDays, whyMinDays).optional(),
  GUARD_DAYS: days(minRetentionDays, maxRetentionDays, whyMinDays).optional(),
  RETENTION_PROJECTIONS_DAYS: tableDays(minRetentionDays, maxRetentionDays).optional(),
  REDACT_AFTER_DAYS: days(minRetentionDays, maxRetentionDays, whyMinDays).optional(),
  SINCH_API_URL: secureUrl().optional(),
  SINCH_AUTH_URL: secureUrl().optional(),
};

export type VariableName = keyof typeof variables;

/** The names of every variable that some app reads. */
export const variableNames = Object.keys(variables) as readonly VariableName[];
