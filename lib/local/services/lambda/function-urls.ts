// Function URLs: a path of the engine's own port for each, whose requests become events of payload format 2.0.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { functionArn, read } from './function-record.ts';
import type { Functions } from './functions.ts';

/** Below it, the function's name and then the path that the function sees. No bucket has such a name. */
export const urlPrefix = '/_heddle/url/';

interface Url {
  readonly functionName: string;
  readonly authType: string;
  readonly madeMs: number;
}

/**
 * `CreateFunctionUrlConfig` replaces what there is, as all that a template loads again. `AnswerUrl` is none of AWS's operations and has
 * no route: the server asks it for what comes to a URL.
 */
export const functionUrls = (
  context: EngineContext,
  functions: Functions,
  invoke: (input: Shape) => Promise<Shape> | Shape,
): OperationTable => {
  const urls = storedMap<Url>(context.database, 'lambda_urls');
  const nameIn = (input: Shape): string => functions.of({ FunctionName: read.text(input, 'FunctionName') }).name;
  const find = (input: Shape): Url => {
    const name = read.text(input, 'FunctionName');
    const url = urls.get(name.split(':').at(-1) ?? name);
    if (url) return url;
    throw new AwsError('ResourceNotFoundException', `The function ${name} has no URL`, 404, { Type: 'User' });
  };
  const shown = ({ functionName, authType, madeMs }: Url): Shape => ({
    FunctionUrl: `${context.endpoint()}${urlPrefix}${functionName}/`,
    FunctionArn: functionArn(context, functionName),
    AuthType: authType,
    InvokeMode: 'BUFFERED',
    CreationTime: new Date(madeMs).toISOString(),
  });
  return {
    CreateFunctionUrlConfig: (input) => {
      const { AuthType, InvokeMode = 'BUFFERED' } = input;
      if (AuthType !== 'AWS_IAM' && AuthType !== 'NONE')
        throw new AwsError('InvalidParameterValueException', `AuthType ${AuthType} is not AWS_IAM or NONE`);
      if (InvokeMode !== 'BUFFERED')
        throw new AwsError('InvalidParameterValueException', `the local engine has no InvokeMode ${InvokeMode}`);
      const functionName = nameIn(input);
      const url = { functionName, authType: AuthType, madeMs: urls.get(functionName)?.madeMs ?? context.clock.now() };
      urls.set(functionName, url);
      return shown(url);
    },
    GetFunctionUrlConfig: (input) => shown(find(input)),
    DeleteFunctionUrlConfig: (input) => {
      urls.delete(find(input).functionName);
      return {};
    },
    AnswerUrl: async (input) => {
      const { functionName, authType } = find(input);
      const headers = input.Headers as { readonly [name: string]: string }; // the server's own
      const accessKey = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\//.exec(headers.authorization ?? '')?.[1];
      // As everywhere in the engine the signature itself is not checked.
      if (authType === 'AWS_IAM' && accessKey === undefined) return answerOf(403, { Message: 'Forbidden' });
      const Payload = JSON.stringify(eventOf(context, functionName, input, headers, accessKey));
      const answer = await invoke({ FunctionName: functionName, Payload });
      if (answer.FunctionError !== undefined) return answerOf(502, { Message: 'Internal Server Error' });
      return responseOf(JSON.parse(String(answer.Payload || 'null')));
    },
  };
};

const answerOf = (Status: number, body: unknown): Shape => ({
  Status,
  Headers: { 'content-type': 'application/json' },
  Body: JSON.stringify(body),
});

/** All else comes in base64, forms too. */
const isText = (type: string): boolean =>
  /^(?:text\/|application\/(?:json|javascript|xml|.+\+(?:json|xml)))/.test(type);

const eventOf = (
  { account, region, clock }: EngineContext,
  name: string,
  { Method, Path, Query, Body, RequestId }: Shape,
  headers: { readonly [name: string]: string },
  accessKey: string | undefined,
) => {
  const body = Body as Buffer; // the server's own
  const isBase64Encoded = body.length > 0 && !isText(headers['content-type'] ?? 'text/plain');
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(String(Query))) {
    const before = query.get(name);
    query.set(name, before === undefined ? value : `${before},${value}`); // AWS: repeated names are one, with commas
  }
  const userArn = `arn:aws:iam::${account}:root`;
  const now = clock.now();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: Path,
    rawQueryString: Query,
    ...(headers.cookie ? { cookies: headers.cookie.split('; ') } : {}),
    headers,
    ...(query.size > 0 ? { queryStringParameters: Object.fromEntries(query) } : {}),
    requestContext: {
      accountId: accessKey === undefined ? 'anonymous' : account,
      apiId: name,
      ...(accessKey === undefined
        ? {}
        : { authorizer: { iam: { accessKey, accountId: account, callerId: account, userArn, userId: account } } }),
      domainName: `${name}.lambda-url.${region}.on.aws`,
      domainPrefix: name,
      http: {
        method: Method,
        path: Path,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: RequestId,
      routeKey: '$default',
      stage: '$default',
      time: new Date(now).toUTCString(),
      timeEpoch: now,
    },
    ...(body.length > 0 ? { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') } : {}),
    isBase64Encoded,
  };
};

/** Whether HTTP has a place for it: https://www.rfc-editor.org/rfc/rfc9110#name-fields */
const isHeader = ([name, value]: readonly [string, string]): boolean =>
  /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);

/** What a function gives is the body, unless it says a status code. */
const responseOf = (given: unknown): Shape => {
  if (typeof given !== 'object' || given === null || !('statusCode' in given))
    return { ...answerOf(200, given), ...(typeof given === 'string' ? { Body: given } : {}) };
  const { statusCode, headers = {}, body = '', cookies, isBase64Encoded } = given as Shape;
  if (Array.isArray(cookies) && cookies.length > 1)
    return answerOf(502, { Message: 'the local engine sets one cookie' });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const status = Number(statusCode);
  const said = [
    ...Object.entries((headers ?? {}) as Shape).map(([name, value]) => [name.toLowerCase(), String(value)] as const),
    ...(Array.isArray(cookies) && cookies.length > 0 ? [['set-cookie', String(cookies[0])] as const] : []),
  ];
  const isFine = Number.isInteger(status) && status >= 200 && status <= 599 && said.every(isHeader);
  if (!isFine) return answerOf(502, { Message: 'Internal Server Error' });
  return {
    Status: status,
    Headers: { 'content-type': 'application/json', ...Object.fromEntries(said) },
    Body: isBase64Encoded === true ? Buffer.from(text, 'base64') : text,
  };
};
