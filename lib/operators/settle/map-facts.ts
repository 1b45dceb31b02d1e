// What the ends of a map have in common, however it ended.
import { type Ledger, type Scope, UnavailableError } from '../../ledger/index.ts';
import { besideIn, type Control, type Json, type OnFailure } from '../../records/index.ts';
import type { Call } from './answer.ts';

/** Why the map could not run at all: a value that it needs and will not get. Undefined when it has all. */
export const whatIsMissing = async (
  { items, after, bind }: Pick<Call<'mapDone'>, 'items' | 'after' | 'bind'>,
  scope: Scope,
  ledger: Ledger,
): Promise<string | undefined> => {
  const resolver = ledger.resolver();
  try {
    await resolver.expect(items, scope);
    await resolver.check([...after, ...besideIn(bind)], scope);
    await resolver.resolve(bind, { ...scope, item: null });
    return undefined;
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return error.message;
  }
};

/** A map's `onFailure` gives its outputs; the stage's output is what a map gives: see `MapResult`. */
export const outputsOf = (onFailure: OnFailure | undefined, failed: number): OnFailure | undefined => {
  if (typeof onFailure !== 'object') return onFailure;
  const outputs = onFailure.value as readonly Json[]; // the type of the option says so
  return { value: { outputs, count: outputs.length, failed } };
};

/** The control values as the ledger has them now: a repeat, or a map that did not complete, answers like any reader. */
export const controlOfMap = async (
  call: Pick<Call<'mapDone'>, 'control' | 'stage'>,
  scope: Scope,
  ledger: Ledger,
): Promise<Control> => {
  const resolver = ledger.resolver();
  const values: [string, Json][] = [];
  for (const { key, path, count } of call.control) {
    const ref = { kind: 'ref', source: { kind: 'stage', stage: call.stage }, path } as const;
    try {
      values.push([key, count ? await resolver.lengthOf(ref, scope) : await resolver.resolve(ref, scope)]);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
    }
  }
  return Object.fromEntries(values);
};
