import { readdir } from 'node:fs/promises';
import { until } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { programs } from '@sinch-callbacks/dev-env/stack';
import { createSampleContext, createSender, sampleCallbacks } from '@sinch-callbacks/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canariesIn, contents, secrets, signatures, withContents } from './canaries.ts';
import { commandsToRun } from './commands-to-run.ts';
import {
  type Environment,
  type LeakyProcess,
  type LeakyStack,
  openLeakyStack,
} from './leaky-stack.ts';
import { failing, inbound, plantFailures } from './planted-failures.ts';

// Canaries are sent on every path of a callback and of a failure; then all outputs and answers are
// searched for them.
const refused: Environment = {
  REDIS_URL: `redis://:${secrets.redisPassword}@127.0.0.1:1`,
  DATABASE_URL: `postgresql://sinch:${secrets.databasePassword}@127.0.0.1:1/sinch`,
};
const everything = { ...secrets, ...contents, ...signatures };

const saidByHandlers = [
  /task dead.*quotes-the-body|quotes-the-body.*task dead/,
  /task dead.*breaks-a-rule|breaks-a-rule.*task dead/,
  /a rejected promise that nothing awaits/,
  /received from/,
];

let stack: LeakyStack;
let ingest: LeakyProcess;
let guarded: LeakyProcess;
let open: LeakyProcess;
let handlers: LeakyProcess;
/** The answers to HTTP requests without a login, with their headers, by request. */
const answers = new Map<string, string>();

beforeAll(async () => {
  stack = await openLeakyStack();
  await plantFailures(stack.database.url);
  [ingest, guarded, open, handlers] = await Promise.all([
    stack.startIngest('ingest'),
    stack.startWorker('worker', { ADMIN_PASSWORD: secrets.adminPassword }),
    stack.startWorker('open worker'),
    stack.startHandlers('handlers'),
  ]);
  await sendSamples();
  await sendRefused();
  await settled();
  await readPages();
}, 240_000);

afterAll(async () => {
  await stack?.close();
});

describe('no secret, text, name, number or signature shows', () => {
  it('in the log of the ingest', () => {
    expectClean('ingest', [/"outcome":"accepted"/, /signature-mismatch/, /"status":413/]);
  });

  it('in the log of a worker, whose attempts fail and whose letters die', () => {
    const both = `${stack.outputs.get('worker')}${stack.outputs.get('open worker')}`;
    for (const said of [
      /event applied/,
      /attempt failed/,
      /event dead-lettered/,
      /SQLSTATE 23514/,
    ]) {
      expect(both).toMatch(said);
    }
    expectClean('worker', [/admin login failed/]);
    expectClean('open worker', []);
  });

  it('in the log and the answers of the handlers process, whose code fails', () => {
    expectClean('handlers', saidByHandlers);
    expect(answers.get('the handlers’ metrics')).toMatch(/sinch_handler_tasks/);
  });

  it('in any answer without a login: of the webhook, the health checks, the metrics and the board', () => {
    for (const [asked, answer] of answers) {
      expect([asked, canariesIn(answer, everything)]).toEqual([asked, []]);
    }
    const shown = [...answers.values()].join('\n');
    for (const said of [
      /"failedReason":"[^"]/,
      /"attempts":\[\{/,
      /sinch_events_total/,
      /"status":"ready"/,
    ]) {
      expect(shown).toMatch(said);
    }
  });

  it.each([
    ['refuse the connection', () => refused, /ECONNREFUSED/],
    ['take the connection and not the password', unauthorised, /WRONGPASS/],
  ] as const)(
    'when Redis and Postgres %s, which stands in their URLs',
    async (what, servers, said) => {
      const [lonely, worker] = await Promise.all([
        stack.startIngest(`ingest: ${what}`, servers()),
        stack.startWorker(`worker: ${what}`, servers()),
      ]);
      const answer = await send(lonely, JSON.stringify(inbound('01REFUSED')));
      expect([answer.slice(0, 3), canariesIn(answer, everything)]).toEqual(['503', []]);
      const output = () => stack.outputs.get(`worker: ${what}`) ?? '';
      await until(async () => said.test(output()), soon('the worker to say so'));
      const ready = await fetch(`${worker.url}/readyz`);
      expect([ready.status, canariesIn(await ready.text(), everything)]).toEqual([503, []]);
      expectClean(`ingest: ${what}`, [/"status":503/]);
      expectClean(`worker: ${what}`, [/dependency lost/]);
    },
  );

  it('when variables are malformed', async () => {
    const changes = {
      REDIS_URL: `http://:${secrets.redisPassword}@cache`,
      DATABASE_URL: `mysql://sinch:${secrets.databasePassword}@db`,
      LOG_LEVEL: secrets.apiSecret,
      ADMIN_PORT: secrets.adminPassword,
    };
    const said = await stack.run('misconfigured worker', [programs.worker], changes);
    for (const variable of Object.keys(changes)) expect(said).toContain(variable);
    expect(canariesIn(said, everything)).toEqual([]);
  });

  it('in what the command line prints, unless the command is there to show it', async () => {
    await Promise.all(
      commandsToRun({ ingest: ingest.url, admin: open.url }, refused, unauthorised()).map(
        async ([name, args, changes]) => {
          const printed = await stack.run(
            `callbacks ${name}`,
            [programs.cli, '--no-stack', ...args],
            changes,
          );
          expect(printed, name).not.toBe('');
          expect([name, canariesIn(printed, everything)]).toEqual([name, []]);
        },
      ),
    );
  });

  it('in the full output of a dead letter, as far as secrets go', async () => {
    const [letter] = await queryRows<{ key: string }>(
      stack.database.url,
      `SELECT event_key(d) AS key FROM dead_letter AS d WHERE event_key(d) LIKE '%01CHECK%'`,
    );
    const args = [programs.cli, '--no-stack', 'dead', 'show', letter?.key ?? '', '--body'];
    const printed = await stack.run('callbacks dead show', args);
    expect(printed).toContain(contents.text);
    expect(canariesIn(printed, { ...secrets, ...signatures })).toEqual([]);
  });

  // The last tests, since they stop the processes of the others.
  it('when an unexpected error ends a worker', async () => {
    process.kill(guarded.pid, 'SIGUSR2');
    process.kill(open.pid, 'SIGPIPE');
    for (const [name, worker] of [
      ['worker', guarded],
      ['open worker', open],
    ] as const) {
      expect([name, await worker.exited]).toEqual([name, { code: 1, signal: null }]);
      expectClean(name, [/process failed/, /cannot use postgresql/]);
    }
  });

  it('when an unexpected error happens in ingest, which keeps running', async () => {
    const complaints = () => stack.outputs.get('ingest')?.match(/"complaint heard"/g)?.length ?? 0;
    for (const signal of ['SIGUSR2', 'SIGPIPE'] as const) {
      const before = complaints();
      process.kill(ingest.pid, signal);
      await until(async () => complaints() > before, soon('the complaint'));
    }
    expect((await fetch(`${ingest.url}/api/health`)).status).toBe(200);
    expectClean('ingest', [/cannot use postgresql/]);
  });

  it('in a file of a crash: there is none', async () => {
    expect(await readdir(stack.directory)).toEqual([]);
  });
});

function expectClean(name: string, said: readonly RegExp[]): void {
  const output = stack.outputs.get(name) ?? '';
  // Without these lines the search would prove nothing.
  for (const pattern of said)
    expect([name, output]).toEqual([name, expect.stringMatching(pattern)]);
  expect([name, canariesIn(output, everything)]).toEqual([name, []]);
}

/** Sends every kind of callback, and those that fail, with valid signatures. */
async function sendSamples(): Promise<void> {
  const bodies = Object.values(sampleCallbacks).flatMap((variants) =>
    Object.entries(variants).map(([name, build]) => withContents(build(createSampleContext(name)))),
  );
  const unknown = { app_id: '01APP', brand_new_notification: { text: contents.text } };
  for (const body of [...bodies, unknown, ...failing.map(inbound)]) {
    expect(await send(ingest, JSON.stringify(body))).toMatch(/^200/);
  }
  // A signed body that is not JSON becomes a dead letter.
  expect(await send(ingest, `{"text":"${contents.text} ${contents.phone}`)).toMatch(/^200/);
}

/** Sends callbacks that are refused. */
async function sendRefused(): Promise<void> {
  const body = JSON.stringify(inbound('01FORGED'));
  const header = (name: string) => `x-sinch-webhook-signature${name}`;
  const wrong = [
    { [header('')]: signatures.signature },
    { [header('')]: undefined },
    { [header('-algorithm')]: contents.text },
    { [header('-timestamp')]: contents.phone },
    { authorization: `Basic ${btoa(`x:${secrets.guessedPassword}`)}`, [header('')]: 'x' },
  ];
  for (const headers of wrong) expect(await send(ingest, body, headers)).toMatch(/^401/);
  expect(await send(ingest, `"${contents.text.repeat(150_000)}"`)).toMatch(/^413/);
  const query = `${ingest.url}/api/sinch/webhook?secret=${secrets.webhookSecret}`;
  await ask('GET with a secret in its query', query);
  await ask('an unknown page of the ingest', `${ingest.url}/nowhere/${contents.phone}`);
}

async function send(
  to: LeakyProcess,
  body: string,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const url = `${to.url}/api/sinch/webhook`;
  const sender = createSender({ url, secret: secrets.webhookSecret });
  const answer = await sender.send(body, { nonce: signatures.nonce, headers });
  const text = `${answer.status} ${JSON.stringify([...answer.headers])} ${answer.body}`;
  answers.set(`webhook ${answers.size}`, text);
  return text;
}

async function settled(): Promise<void> {
  await until(async () => {
    const [row] = await queryRows<{ dead: number }>(
      stack.database.url,
      `SELECT count(*)::int AS dead FROM dead_letter`,
    );
    const logs = `${stack.outputs.get('worker')}${stack.outputs.get('open worker')}`;
    const tasks = stack.outputs.get('handlers') ?? '';
    const isHandled = saidByHandlers.every((pattern) => pattern.test(tasks));
    return row?.dead === 4 && logs.includes('attempt failed') && isHandled;
  }, soon('every event to be applied, dead or waiting for another try'));
}

/** Requests all pages without a password, and with a wrong one where one is needed. */
async function readPages(): Promise<void> {
  for (const page of ['/', '/healthz', '/readyz', '/metrics', '/queues', '/queues/api/queues']) {
    await ask(`guarded ${page}`, `${guarded.url}${page}`);
    await ask(`open ${page}`, `${open.url}${page}`);
  }
  const wrong = `Basic ${btoa(`admin:${secrets.guessedPassword}`)}`;
  await ask('a wrong login', `${guarded.url}/queues`, { authorization: wrong });
  for (const page of ['healthz', 'readyz', 'metrics']) {
    await ask(`the handlers’ ${page}`, `${handlers.url}/${page}`);
  }
  await ask('the health of the ingest', `${ingest.url}/api/health`);
  for (const queue of ['sinch-callbacks', 'sinch-callbacks-dead', 'sinch-callbacks-replay']) {
    for (const status of ['latest', 'delayed', 'completed', 'waiting', 'failed']) {
      const query = `activeQueue=${queue}&status=${status}&page=1&jobsPerPage=20`;
      const shown = await ask(`${queue} ${status}`, `${open.url}/queues/api/queues?${query}`);
      for (const [, id = ''] of shown.matchAll(/"id":"([A-Z_]+\.[^"]+)"/g)) {
        const job = `${open.url}/queues/api/queues/${queue}/${encodeURIComponent(id)}`;
        await ask(`${queue} ${id}`, job);
      }
    }
  }
}

async function ask(
  what: string,
  url: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const answer = await fetch(url, { headers, redirect: 'manual' });
  // The request itself may be repeated: it is the client's own.
  const text = await answer.text();
  answers.set(what, `${answer.status} ${JSON.stringify([...answer.headers])} ${text}`);
  return text;
}

/** Returns the addresses of the real servers with wrong passwords. */
function unauthorised(): Environment {
  const redis = new URL(stack.servers['REDIS_URL'] ?? '');
  redis.password = secrets.redisPassword;
  const database = new URL(stack.database.url);
  [database.username, database.password] = ['stranger', secrets.databasePassword];
  return { REDIS_URL: redis.href, DATABASE_URL: database.href };
}

function soon(what: string) {
  return { what, timeoutMs: 60_000 };
}
