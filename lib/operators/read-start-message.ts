// A message of the start queue, checked: a start message, or an event that could not be delivered as one and was put here.
import type { StartMessage } from '../records/index.ts';
import { fillTemplate } from '../support/event-template.ts';
import { PermanentError } from '../support/run-errors.ts';
import type { Services } from './services.ts';

/** What each kind must hold, as paths. */
const wanted: { readonly [kind in StartMessage['kind']]: readonly string[] } = {
  manual: ['id', 'input', 'by'],
  request: ['trigger', 'id', 'partition', 'input', 'by'],
  event: ['from', 'reading.trigger', 'event.id'],
  object: ['keyTemplate', 'event.detail.bucket.name', 'event.detail.object.key', 'event.detail.object.etag'],
  schedule: ['schedule', 'time', 'timeZone', 'input'],
  child: ['parent.pipeline', 'parent.run', 'parent.stage', 'partition', 'input.kind'],
  backfill: ['backfill', 'partition', 'input.kind'],
  advance: ['backfill'],
  resume: ['run', 'order.id', 'order.generation', 'order.again', 'order.below', 'order.items'],
  fork: ['run', 'id', 'from', 'again', 'by'],
  look: ['run', 'generation'],
  ended: ['run', 'generation'],
  release: ['pause'],
  window: ['trigger', 'group', 'number', 'batch.seconds', 'batch.count'],
  batch: ['trigger', 'group', 'number', 'inputs'],
  deadline: ['run'],
  waited: ['partition', 'at'],
  compensate: ['run'],
  upstream: ['event.detail.pipeline', 'event.detail.run', 'event.detail.partition'],
};

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
  const { kind, pipeline } = value;
  if (typeof kind !== 'string' || !Object.hasOwn(wanted, kind))
    throw malformed(body, `its kind is ${JSON.stringify(kind) ?? 'missing'}`);
  if (typeof pipeline !== 'string' || pipeline === '') throw malformed(body, 'it names no pipeline');
  const missing = wanted[kind as StartMessage['kind']].filter((path) => valueAt(value, path) === undefined);
  if (missing.length > 0) throw malformed(body, `a ${kind} message without ${missing.join(', ')}`);
  return value as unknown as StartMessage; // its fields were looked at above
};

const valueAt = (value: Shape, path: string): unknown =>
  path.split('.').reduce<unknown>((found, field) => (isShape(found) ? found[field] : undefined), value);

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    throw malformed(body, 'it is no JSON');
  }
};

const malformed = (body: string, why: string): PermanentError =>
  new PermanentError(
    `HDL446 ${JSON.stringify(body.slice(0, 200))} is no start message: ${why}. Expected { "kind": ${Object.keys(wanted).join(' | ')}, "pipeline", … }. Fix: send what heddle start sends; discard this one`,
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
