// What TestState shows of the data on its way through a state.
import type { Shape } from '../../service.ts';
import { EvaluationProblem } from '../errors.ts';
import type { Json } from '../json.ts';
import type { MapState, State } from '../parse/machine.ts';
import { isIterable, noArray } from './map-items.ts';
import type { Visit } from './visit.ts';

const text = (value: Json): string => JSON.stringify(value);

const onTheWayIn = async (visit: Visit): Promise<Shape> => {
  const { state, input } = visit;
  const scope = visit.scope();
  const { parameters } = state.flow;
  if (state.language === 'JSONata') {
    return state.kind === 'Task' && parameters ? { afterArguments: text(await parameters(scope)) } : {};
  }
  if (state.kind === 'Parallel' || (state.kind === 'Pass' && state.result !== undefined)) return {};
  const effective = state.flow.input(scope);
  const after = { afterInputPath: effective === input.value ? input.text : text(effective) };
  if (state.kind !== 'Task' && state.kind !== 'Pass') return after;
  return { ...after, afterParameters: text(parameters ? await parameters(visit.scope(effective)) : effective) };
};

const ofMap = async (visit: Visit, state: MapState): Promise<Shape> => {
  const scope = visit.scope(state.flow.input(visit.scope()));
  const tolerated = await state.distribution?.toleratedCount?.(scope);
  const percentage = await state.distribution?.toleratedPercentage?.(scope);
  const items = state.itemsPath?.read(scope) ?? scope.input;
  if (state.language === 'JSONPath' && !state.distribution?.reader && !isIterable(state, items))
    throw new EvaluationProblem('States.Runtime', noArray(state));
  return {
    ...(state.itemsPath && { afterItemsPath: text(items) }),
    maxConcurrency: (await state.maxConcurrency?.(scope)) ?? 0,
    ...(tolerated !== undefined && { toleratedFailureCount: tolerated }),
    ...(percentage !== undefined && { toleratedFailurePercentage: percentage }),
  };
};

/** Tells `inspected` what there is before the state has run. Throws what its expressions throw. */
export const inspectInput = async (visit: Visit, inspected: Shape): Promise<void> => {
  inspected.input = visit.input.text;
  Object.assign(inspected, await onTheWayIn(visit));
  if (visit.state.kind === 'Map') Object.assign(inspected, await ofMap(visit, visit.state));
};

/** A Pass without a Result hands on its parameters, or its input. */
const passed = async (visit: Visit, output: Json): Promise<Json> => {
  const { flow, kind } = visit.state;
  if (kind !== 'Pass') return output;
  const effective = flow.input(visit.scope());
  return flow.parameters ? flow.parameters(visit.scope(effective)) : effective;
};

const SHOWS_RESULT = new Set<State['kind']>(['Task', 'Pass']);

/** After the state has run with `result` (undefined where it has none of its own). */
export const inspectResult = async (visit: Visit, result: Json | undefined, output: Json): Promise<Shape> => {
  const { state } = visit;
  const shown = result !== undefined && SHOWS_RESULT.has(state.kind) ? { result: text(result) } : {};
  if (state.language === 'JSONata' || !['Task', 'Pass', 'Parallel', 'Map'].includes(state.kind)) return shown;
  const made = result ?? (await passed(visit, output));
  const selected = state.flow.select ? state.flow.select(visit.scope(made)) : made;
  const placed = await state.flow.output({ ...visit.scope(visit.input.value), result: selected });
  return { ...shown, afterResultSelector: text(selected), afterResultPath: text(placed) };
};
