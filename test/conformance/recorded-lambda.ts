// The Lambda behaviours that the corpus names, as a `lambda` service with Lambda's own answers.
import type { Clock } from '../../lib/local/clock.ts';
import { AwsError, notImplemented, type Service, type Shape } from '../../lib/local/service.ts';

export type Behaviour =
  | { readonly kind: 'echo' }
  | { readonly kind: 'return'; readonly value: unknown }
  | { readonly kind: 'format'; readonly template: string }
  | { readonly kind: 'returnRepeated'; readonly char: string; readonly bytes: number }
  | { readonly kind: 'sleepThenEcho'; readonly seconds: number }
  | {
      readonly kind: 'raise';
      readonly errorType: string;
      readonly errorMessage: string;
      readonly stackTrace: readonly string[];
    };

/** `str()` of a JSON value as Python prints it. */
const python = (value: unknown, top = true): string => {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return top ? value : `'${value}'`;
  if (Array.isArray(value)) return `[${value.map((item) => python(item, false)).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, item]) => `'${key}': ${python(item, false)}`)
      .join(', ')}}`;
  }
  return String(value);
};

const answer = (payload: unknown, error = false): Shape => ({
  StatusCode: 200,
  ExecutedVersion: '$LATEST',
  Payload: Buffer.from(JSON.stringify(payload)),
  ...(error && { FunctionError: 'Unhandled' }),
});

const behave = async (behaviour: Behaviour, event: unknown, clock: Clock): Promise<Shape> => {
  switch (behaviour.kind) {
    case 'echo':
      return answer(event);
    case 'return':
      return answer(behaviour.value);
    case 'format':
      return answer(behaviour.template.replace('{event}', python(event)));
    case 'returnRepeated':
      return answer(behaviour.char.repeat(behaviour.bytes));
    case 'sleepThenEcho':
      await new Promise<void>((resolve) => clock.after(behaviour.seconds * 1000, resolve));
      return answer(event);
    case 'raise': {
      const { errorType, errorMessage, stackTrace } = behaviour;
      return answer({ errorMessage, errorType, requestId: '00000000-0000-4000-8000-000000000000', stackTrace }, true);
    }
  }
};

const nameOf = (functionName: string) => functionName.split(':function:').at(-1)?.split(':')[0] ?? '';

export const recordedLambda = (
  functions: Readonly<Record<string, { readonly behaviour: Behaviour }>>,
  clock: Clock,
): Service => ({
  id: 'lambda',
  call: async (operation, input) => {
    if (operation !== 'Invoke') throw notImplemented('lambda', operation);
    const found = functions[nameOf(String(input.FunctionName))];
    if (!found) throw new AwsError('ResourceNotFoundException', `Function not found: ${input.FunctionName}`, 404);
    const payload = input.Payload;
    const text = payload instanceof Uint8Array ? Buffer.from(payload).toString('utf8') : String(payload ?? '{}');
    const answered = await behave(found.behaviour, JSON.parse(text), clock);
    return {
      ...answered,
      ...(input.LogType === 'Tail' && { LogResult: Buffer.from('START\nEND\n').toString('base64') }),
    };
  },
});
