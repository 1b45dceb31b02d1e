// What the runs of a backfill get.
import type { Pipeline } from '../../definition/index.ts';
import { type Json, type PartitionSpec, type PlannedInput, sliceFields, sliceOf } from '../../records/index.ts';
import { CliError } from '../cli-error.ts';
import { checkInput } from '../run-input.ts';
import type { Target } from '../target.ts';
import { droppedInput } from './dropped.ts';

export interface InputFacts {
  /** The pipeline as the source has it, where it does. */
  readonly definition: Pipeline | undefined;
  readonly spec: PartitionSpec | undefined;
  readonly partition: string;
  /** What a person gave. */
  readonly given: Json | undefined;
  /** The newest run of the partition. */
  readonly before: string | undefined;
  readonly target: Pick<Target, 'aws' | 'manifest'>;
}

/**
 * What was given, with `{key}`, `{start}` and the like filled in; else what the partition's newest run got; else what was dropped
 * for it; else what the pipeline's schedule gives, or nothing. Or why there is none.
 */
export const inputFor = async (facts: InputFacts): Promise<PlannedInput | { readonly problem: string }> => {
  const { definition, given, before, spec, partition, target } = facts;
  if (given === undefined && before !== undefined) return { kind: 'run', run: before };
  const triggers = definition?.triggers ?? [];
  const scheduled = triggers.find((trigger) => trigger.kind === 'schedule');
  const objects = given === undefined ? triggers.filter((trigger) => trigger.kind === 'object') : [];
  let dropped: Json | undefined;
  for (const trigger of objects) dropped ??= (await droppedInput(target, trigger, spec, partition)) as Json | undefined;
  if (objects.length > 0 && dropped === undefined && !scheduled)
    return { problem: 'nothing was dropped for it; drop it, or say with --input what it is to get' };
  const value = given === undefined ? (dropped ?? scheduled?.input ?? {}) : filled(given, fieldsOf(facts));
  if (!definition) return { kind: 'value', value };
  try {
    return { kind: 'value', value: await checkInput(definition, value) };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const [said = error.message] = error.message.replace(/^HDL\d+ /, '').split('; expected ');
    return { problem: `${said}; say with --input what it is to get` };
  }
};

const fieldsOf = ({ spec, partition }: InputFacts): { readonly [field: string]: string } => ({
  partition,
  ...sliceFields(spec ? sliceOf(spec, partition) : { key: partition }),
});

const filled = (value: Json, fields: { readonly [field: string]: string }): Json => {
  if (typeof value === 'string') return value.replaceAll(/\{(\w+)\}/g, (whole, name: string) => fields[name] ?? whole);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => filled(each, fields));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each as Json, fields)]));
};
