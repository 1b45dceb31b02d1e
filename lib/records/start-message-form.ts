// What a message of the start queue must hold to be one.
import type { StartMessage } from './start-message.ts';

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

export const startMessageKinds = Object.keys(wanted);

type Shape = { readonly [field: string]: unknown };

const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Why a value is no start message; undefined for one that is. */
export const startMessageProblem = (value: unknown): string | undefined => {
  if (!isShape(value)) return 'it is no JSON object';
  const { kind, pipeline } = value;
  if (typeof kind !== 'string' || !Object.hasOwn(wanted, kind))
    return `its kind is ${JSON.stringify(kind) ?? 'missing'}`;
  if (typeof pipeline !== 'string' || pipeline === '') return 'it names no pipeline';
  const missing = wanted[kind as StartMessage['kind']].filter((path) => valueAt(value, path) === undefined);
  return missing.length > 0 ? `a ${kind} message without ${missing.join(', ')}` : undefined;
};

const valueAt = (value: Shape, path: string): unknown =>
  path.split('.').reduce<unknown>((found, field) => (isShape(found) ? found[field] : undefined), value);
