import { isJsonObject, type JsonObject, readJsonObject } from '../http/json-object.ts';

/** What an answer says about its own failure, as far as it can be shown. */
export interface RpcError {
  readonly rpcStatus: string | undefined;
  /** Texts of Sinch's, which may quote the request. */
  readonly texts: readonly string[];
}

/** A list of violations is shown no further. */
const maxTexts = 10;

/**
 * Reads the body of a failed answer: google.rpc's `{"error":{code,message,status,details[]}}`, with
 * or without the outer object, or OAuth's `{"error","error_description"}`. Of the details it reads
 * the reason of an ErrorInfo, such as `BILLING_CREDIT_LIMIT_BREACHED`, and violations of fields.
 */
export function readRpcError(text: string): RpcError {
  const body = readJsonObject(text) ?? {};
  const error = isJsonObject(body['error']) ? body['error'] : body;
  const status = error['status'];
  const isName = typeof status === 'string' && /^[A-Z][A-Z_]{1,63}$/.test(status);
  const details = Array.isArray(error['details']) ? error['details'] : [];
  const said: readonly unknown[] = [
    error['message'],
    error['error_description'],
    typeof error['error'] === 'string' ? error['error'] : undefined,
    ...details.filter(isJsonObject).flatMap(textsOfDetail),
  ];
  const texts = said.flatMap((item) =>
    typeof item === 'string' && item.trim() !== '' ? [item] : [],
  );
  return { rpcStatus: isName ? status : undefined, texts: texts.slice(0, maxTexts) };
}

function textsOfDetail(detail: JsonObject): unknown[] {
  const violations = Array.isArray(detail['field_violations']) ? detail['field_violations'] : [];
  return [
    detail['reason'],
    ...violations
      .filter(isJsonObject)
      .map(({ field, description }) => [field, description].filter(Boolean).join(': ')),
  ];
}
