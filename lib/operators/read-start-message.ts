// A message of the start queue, checked: a start message, or an event that could not be delivered as one and was put here.
import { type StartMessage, startMessageKinds, startMessageProblem } from '../records/index.ts';
import { fillTemplate } from '../support/event-template.ts';
import { PermanentError } from '../support/run-errors.ts';
import type { Services } from './services.ts';

type Shape = { readonly [field: string]: unknown };

const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Throws PermanentError HDL446 for what is no start message.
 *
 * An event that EventBridge could not deliver is in the undelivered queue as it was, with its rule's ARN as an attribute. Moved
 * to the start queue, by AWS's own redrive too, it becomes the message that its rule makes of it now; HDL447 when no rule does.
 */
export const readStartMessage = async (
  body: string,
  attributes: { readonly [name: string]: string },
  services: Pick<Services, 'aws' | 'startQueueUrl'>,
): Promise<StartMessage> => {
  const value = parsed(body);
  if (!isShape(value)) throw malformed(body, 'it is no JSON object');
  const isEvent = 'detail-type' in value && isShape(value.detail) && attributes.RULE_ARN !== undefined;
  if (isEvent)
    return check(await ofEvent(value as { readonly detail: Shape }, attributes.RULE_ARN ?? '', services), body);
  return check(value, body);
};

const check = (value: Shape, body: string): StartMessage => {
  const problem = startMessageProblem(value);
  if (problem !== undefined) throw malformed(body, problem);
  return value as unknown as StartMessage; // its fields were looked at
};

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    throw malformed(body, 'it is no JSON');
  }
};

const malformed = (body: string, why: string): PermanentError =>
  new PermanentError(
    `HDL446 ${JSON.stringify(body.slice(0, 200))} is no start message: ${why}. Expected { "kind": ${startMessageKinds.join(' | ')}, "pipeline", … }. Fix: send what heddle start sends; discard this one`,
  );

interface RuleTarget {
  readonly Arn: string;
  readonly InputTransformer?: {
    readonly InputTemplate: string;
    readonly InputPathsMap?: { readonly [name: string]: string };
  };
}

const ofEvent = async (
  event: { readonly detail: Shape },
  ruleArn: string,
  { aws, startQueueUrl }: Pick<Services, 'aws' | 'startQueueUrl'>,
): Promise<Shape> => {
  const [bus, name = bus] = (ruleArn.split(':rule/')[1] ?? '').split('/');
  const { Targets } = await aws.call('events', 'ListTargetsByRule', {
    Rule: name,
    ...(bus === name ? {} : { EventBusName: bus }),
  });
  const queue = `:${startQueueUrl.split('/').at(-1)}`;
  const target = (Targets as readonly RuleTarget[]).find(({ Arn }) => Arn.endsWith(queue));
  if (!target?.InputTransformer)
    throw new PermanentError(
      `HDL447 the event is of the rule ${name}, which asks for no run. Fix: see what it is with heddle dead-letters show, then discard it`,
    );
  const { InputTemplate, InputPathsMap = {} } = target.InputTransformer;
  const facts = { ruleArn, ruleName: name ?? '', ingestionTime: String((event as Shape).time ?? '') };
  return JSON.parse(fillTemplate(InputTemplate, InputPathsMap, event, facts));
};
