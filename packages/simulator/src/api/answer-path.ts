import { type ApiRequest, type ApiResult, answerRequest } from './answer-request.ts';
import { type ApiReply, answer, refuse } from './http/api-reply.ts';
import { parseObject } from './http/json-object.ts';
import { readInbound, receiveInbound } from './messages/receive-inbound.ts';
import type { LocalSinch } from './open-local-sinch.ts';

/** A request whose body is absent when it was too long. */
export type PathRequest = Omit<ApiRequest, 'body'> & { readonly body: string | undefined };

/** The result of any request to the server. `local` is what Sinch does not have. */
export type PathResult = Pick<ApiResult, 'end'> & {
  readonly operation: ApiResult['operation'] | 'token' | 'local';
};

/** Answers a request to the server: to OAuth, to the API, or to this simulator itself. */
export async function answerPath(request: PathRequest, sinch: LocalSinch): Promise<PathResult> {
  const { method, path, body, authorization } = request;
  const as = (operation: PathResult['operation'], reply: ApiReply): PathResult => ({
    operation,
    end: { kind: 'reply', reply },
  });
  if (body === undefined) {
    return as('unknown', refuse('INVALID_ARGUMENT', 'the body is too long'));
  }
  switch (`${method} ${path}`) {
    case 'POST /oauth2/token':
      return as('token', sinch.answering.tokens.issue(authorization, body));
    // The next two are not Sinch's: other processes read the truth and act as a person with them.
    case 'GET /_truth':
      return as('local', answer({ ...sinch.snapshot() }));
    case 'POST /_inbound':
      return as('local', answerInbound(body, sinch));
    default:
      return await answerRequest({ ...request, body }, sinch.answering);
  }
}

function answerInbound(body: string, { answering }: LocalSinch): ApiReply {
  const { account, source } = answering;
  const received = receiveInbound(account, source, readInbound(parseObject(body) ?? {}));
  if (received.kind === 'refused') return refuse('INVALID_ARGUMENT', received.problem);
  return answer({ message_id: received.messageId });
}
