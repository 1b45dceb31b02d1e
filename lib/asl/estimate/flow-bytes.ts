// How long the flow's state is: the run's facts, the values that conditions and maps read, the branches taken.
import {
  bytesOf,
  type ControlNeed,
  longest,
  type PipelineGraph,
  schemaOfRef,
  spelled,
  usual,
} from '../../graph/index.ts';
import type { FlowBytes } from './payload.ts';

/** A value in the flow's state. `most` is infinite where its contract sets no bound. */
export interface ControlValue {
  /** As the user would write it: `list.state`. */
  readonly name: string;
  /** The stage that gives it; undefined for the run's input, or an upstream's output. */
  readonly stage: string | undefined;
  readonly usual: number;
  readonly most: number;
}

/** Pipeline, id, partition, hash and ARN: a partition may be a whole segment of an object's key. */
const runBytes = { least: 200, usual: 350, most: 1_700 } as const;
const count = { usual: 4, most: 16 } as const;
/** Quotes, colon and comma, and the key by which the value is found. */
const around = 6;

/** The control values of a pipeline, each once. */
export const controlValuesOf = ({ pipeline, controls }: PipelineGraph): readonly ControlValue[] => {
  const known = new Map<string, ControlValue>();
  for (const need of controls) {
    if (need.source.kind === 'item') continue;
    const value = controlValue(pipeline, need);
    known.set(`${value.name}${need.count ? '#' : ''}`, value);
  }
  return [...known.values()];
};

const controlValue = (
  pipeline: PipelineGraph['pipeline'],
  { source, path, count: counted }: ControlNeed,
): ControlValue => {
  const ref = { kind: 'ref', source, path } as const;
  const name = spelled(ref);
  const stage = source.kind === 'stage' ? source.stage : undefined;
  if (counted) return { name, stage, ...count };
  const found = schemaOfRef(pipeline, ref);
  const schema = 'schema' in found ? found.schema : undefined;
  return { name, stage, usual: bytesOf(schema, usual), most: bytesOf(schema, longest) };
};

/** The flow's state at its least, as it usually is, and at its most; infinite where a control value has no bound. */
export const flowBytesOf = (
  choices: readonly string[],
  values: readonly ControlValue[],
): { readonly least: FlowBytes; readonly usual: FlowBytes; readonly most: FlowBytes } => {
  const chosen = choices.reduce((sum, choose) => sum + choose.length + '"":"otherwise",'.length, 2);
  const control = (of: 'usual' | 'most'): number =>
    values.reduce((sum, value) => sum + around + value.name.length + value[of], 2);
  return {
    least: { run: runBytes.least, control: 2, chosen: 2 },
    usual: { run: runBytes.usual, control: control('usual'), chosen },
    most: { run: runBytes.most, control: control('most'), chosen },
  };
};
