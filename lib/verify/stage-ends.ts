// What a definition declares to become of one stage that is worked on, as a fault has it.
import type { MapNode, Stage, TaskNode } from '../definition/index.ts';
import type { Json, OnFailure, Tolerance } from '../records/index.ts';
import { errorNames } from '../support/error-names.ts';
import { UnfitValueError } from './refusals.ts';
import type { Stubs } from './stubs.ts';

/** What a fault is to make of the stage that it hits. */
export type Deviation =
  | { readonly kind: 'none' }
  /** The stage, or every item of it or only the first, fails for good. `worked`: after its side effect. */
  | { readonly kind: 'fails'; readonly error: string; readonly worked?: true; readonly items?: 'first' }
  /** Its texts are as long as this. */
  | { readonly kind: 'longTexts'; readonly textLength: number }
  | { readonly kind: 'unanswered' }
  /** Every stage of the pipeline that it runs fails. */
  | { readonly kind: 'childFails' };

export interface Letter {
  readonly item?: number;
  readonly error: string;
}

export interface StageEnd {
  readonly status: 'completed' | 'failed' | 'skipped';
  readonly output?: Json;
  readonly letters: readonly Letter[];
  /** Units of work whose side effect happens: 1 for a task that works, one for each item of a map that does. */
  readonly effects: number;
}

/** An item of a map. */
export interface Item {
  readonly value: Json;
  readonly index: number;
  /** What it gives without any work. */
  readonly output?: Json;
}

export const skipped: StageEnd = { status: 'skipped', letters: [], effects: 0 };
export const completed = (output: Json, effects: number): StageEnd => ({
  status: 'completed',
  output,
  letters: [],
  effects,
});

/** A stage that failed for good, as its `onFailure` has it. The dead letter stays. */
export const failedFor = (letter: Letter, onFailure: OnFailure | undefined, effects: number): StageEnd => {
  const letters = [letter];
  if (onFailure === undefined) return { status: 'failed', letters, effects };
  if (onFailure === 'skip') return { status: 'skipped', letters, effects };
  return { status: 'completed', output: onFailure.value, letters, effects };
};

type Attempted = { readonly output: Json } | { readonly error: string; readonly effects: number };

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json; // as it would travel

const attempt = async (
  id: string,
  stage: Stage,
  bound: Json,
  deviation: Deviation,
  stubs: Stubs,
): Promise<Attempted> => {
  if (deviation.kind === 'fails') return { error: deviation.error, effects: deviation.worked ? 1 : 0 };
  const input = await stage.input['~standard'].validate(bound);
  if (input.issues) return { error: errorNames.contractViolation, effects: 0 };
  const made = await madeBy(id, stage, plain(input.value), deviation, stubs);
  if (made instanceof Error) return { error: made.name, effects: 0 };
  const output = await stage.output['~standard'].validate(made);
  if (output.issues && stubs.isReal) return { error: errorNames.contractViolation, effects: 1 };
  if (output.issues)
    throw new UnfitValueError(
      `${id}: ${output.issues.map(({ message, path }) => `${(path ?? []).join('.')} ${message}`).join('; ')}`,
    );
  return { output: plain(output.value) };
};

/** What the handler gives; of a real one also how it fails. */
const madeBy = async (
  id: string,
  stage: Stage,
  input: Json,
  deviation: Deviation,
  stubs: Stubs,
): Promise<Json | Error> => {
  try {
    return plain(await stubs.output(id, stage, input, deviation.kind === 'longTexts' ? deviation : {}));
  } catch (error) {
    if (stubs.isReal && error instanceof Error) return error;
    throw error;
  }
};

export const taskEnd = async (node: TaskNode, bound: Json, deviation: Deviation, stubs: Stubs): Promise<StageEnd> => {
  const first = await attempt(node.id, node.stage, bound, deviation, stubs);
  if ('output' in first) return completed(first.output, 1);
  if (!node.fallback) return failedFor({ error: first.error }, node.onFailure, first.effects);
  const second = await attempt(node.id, node.fallback, bound, { kind: 'none' }, stubs);
  return 'output' in second
    ? completed(second.output, first.effects + 1)
    : failedFor({ error: second.error }, node.onFailure, first.effects);
};

/** `given` gets the output of each item. */
export const mapEnd = async (
  node: MapNode,
  inputs: readonly Item[],
  deviation: Deviation,
  stubs: Stubs,
  given: Map<number, Json>,
): Promise<StageEnd> => {
  const letters: Letter[] = [];
  let effects = 0;
  for (const { index: item, value: bound, output } of inputs) {
    if (output !== undefined) {
      given.set(item, output);
      continue;
    }
    const isHit = deviation.kind !== 'fails' || deviation.items !== 'first' || item === 0;
    const done = await attempt(node.id, node.stage, bound, isHit ? deviation : { kind: 'none' }, stubs);
    effects += 'output' in done ? 1 : done.effects;
    if ('output' in done) given.set(item, done.output);
    else letters.push({ item, error: done.error });
  }
  const failed = letters.length;
  const outputs = [...given.values()];
  const { onFailure } = node;
  if (failed <= allowedOf(node.tolerate, inputs.length))
    return { status: 'completed', output: { outputs, count: outputs.length, failed }, letters, effects };
  if (onFailure === undefined) return { status: 'failed', letters, effects };
  if (onFailure === 'skip') return { status: 'skipped', letters, effects };
  const value = onFailure.value as readonly Json[]; // of a map: the list of outputs
  return { status: 'completed', output: { outputs: value, count: value.length, failed }, letters, effects };
};

const allowedOf = ({ count, percent }: Tolerance, total: number): number =>
  Math.min(
    count ?? Number.POSITIVE_INFINITY,
    percent === undefined ? Number.POSITIVE_INFINITY : (total * percent) / 100,
  );
