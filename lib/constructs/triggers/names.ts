import type { Pipeline, Trigger } from '../../definition/index.ts';
import { idOf } from '../names.ts';

export interface NamedTrigger {
  /** Counted by kind in the order of the definition: `schedule1`. */
  readonly name: string;
  /** Of its construct: `Schedule1`. */
  readonly id: string;
  readonly trigger: Trigger<unknown>;
}

/** The triggers that a pipeline declares, each with its name. */
export const namedTriggers = ({ triggers }: Pick<Pipeline, 'triggers'>): readonly NamedTrigger[] => {
  const count = new Map<string, number>();
  return triggers.map((trigger) => {
    const number = (count.get(trigger.kind) ?? 0) + 1;
    count.set(trigger.kind, number);
    const name = `${trigger.kind}${number}`;
    return { name, id: idOf(name), trigger };
  });
};

/** Names of those whose runs can wait. */
export const lowTriggers = (pipeline: Pipeline): readonly string[] =>
  namedTriggers(pipeline).flatMap(({ name, trigger }) => (trigger.priority === 'low' ? [name] : []));

/** Names of all that starts runs of a pipeline by itself. */
export const triggerNames = (pipeline: Pipeline): readonly string[] => [
  ...namedTriggers(pipeline).map(({ name }) => name),
  ...(Object.keys(pipeline.upstream).length > 0 ? ['upstream'] : []),
];
