// How a run is made of an event or a message: bindings into it, worked out by `dispatch`.
import { type Binding, valueAt } from './binding.ts';
import { type Condition, holds, operandsOf } from './condition.ts';
import type { Json } from './json.ts';

export interface EventReading {
  /** The name of the trigger. */
  readonly trigger: string;
  readonly input: Binding;
  /** @default the event's id */
  readonly partition?: Binding;
  /** What makes two events ask for one run. @default the event's own id */
  readonly id?: Binding;
}

/** What an event or a message looks like to those bindings. */
export interface ReceivedEvent {
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  readonly source: string;
  readonly detailType: string;
  /** The event's detail, or the message's body. */
  readonly detail: Json;
}

/** The value of a binding into an event. A path that leads nowhere gives null. */
export const readEvent = (binding: Binding, event: Json): Json => {
  switch (binding.kind) {
    case 'value':
      return binding.value;
    case 'ref':
      return valueAt(event, binding.path);
    case 'object':
      return Object.fromEntries(Object.entries(binding.fields).map(([name, field]) => [name, readEvent(field, event)]));
    case 'list':
      return binding.items.map((item) => readEvent(item, event));
    case 'chosen':
      throw new Error('an event has no choices');
  }
};

/** Whether a trigger's condition holds; if not, why. `value` gives the values of its refs. */
export const whyNot = (condition: Condition, value: (operand: Binding) => Json): string | undefined => {
  if (holds(condition, value)) return undefined;
  const refs = operandsOf(condition).flatMap((operand) => (operand.kind === 'ref' ? [operand] : []));
  const found = refs.map((ref) => `${nameOfRef(ref)} is ${JSON.stringify(value(ref))}`);
  return `its condition does not hold: ${[...new Set(found)].join(', ')}`;
};

const nameOfRef = ({ source, path }: Extract<Binding, { kind: 'ref' }>): string =>
  [
    source.kind === 'ledger' ? source.of : source.kind,
    ...(source.kind === 'upstream' ? [source.upstream] : []),
    ...path,
  ].join('.');
