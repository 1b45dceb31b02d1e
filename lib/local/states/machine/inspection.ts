// What TestState shows of the data on its way through a state.
import type { Shape } from '../../service.ts';
import { EvaluationProblem } from '../errors.ts';
import type { Json } from '../json.ts';
import type { ItemReader, MapState, State } from '../parse/machine.ts';
import { packing } from './item-batches.ts';
import { follow } from './item-files.ts';
import { isIterable, itemsIn, mapContext, noArray, STATE_DATA, selectItem } from './map-items.ts';
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

/** The inputs of the iterations, and of the children where there is a batcher. */
const ofItems = async (visit: Visit<MapState>, effective: Json, items: Json | undefined): Promise<Shape> => {
  const { state } = visit;
  const batcher = state.distribution?.batcher;
  if (!(state.selector || batcher) || items === undefined || !isIterable(state, items)) return {};
  const group = { ...itemsIn(items), source: STATE_DATA };
  const selected: Json[] = [];
  for (const [index, item] of group.items.entries())
    selected.push(await selectItem(visit, effective, mapContext(index, item, group), item));
  const packed = await packing(visit, batcher, effective);
  const inputs = [...selected.map(packed.add), packed.rest()].flatMap((input) => (input ? [input.value] : []));
  return {
    ...(state.selector && { afterItemSelector: text(selected) }),
    ...(batcher && { afterItemBatcher: text(inputs) }),
  };
};

/** The items that a reader would read from `data`, which is what is in its file: JSON, or text that is told of as it is. */
const readFrom = (reader: ItemReader, data: string): Json => {
  try {
    return follow(JSON.parse(data) as Json, reader.config.ItemsPointer);
  } catch {
    return data; // rows or lines: nothing is told of them
  }
};

const ofMap = async (visit: Visit<MapState>, data: string | undefined): Promise<Shape> => {
  const { state } = visit;
  const effective = state.flow.input(visit.scope());
  const scope = visit.scope(effective);
  const reader = state.distribution?.reader;
  const tolerated = await state.distribution?.toleratedCount?.(scope);
  const percentage = await state.distribution?.toleratedPercentage?.(scope);
  const own = state.items ? await state.items(visit.scope()) : (state.itemsPath?.read(scope) ?? effective);
  const read = reader && data !== undefined ? readFrom(reader, data) : undefined;
  if (state.language === 'JSONPath' && !reader && !isIterable(state, own))
    throw new EvaluationProblem('States.Runtime', noArray(state));
  return {
    ...(state.itemsPath && { afterItemsPath: text(own) }),
    ...(reader?.config.ItemsPointer !== undefined && read !== undefined && { afterItemsPointer: text(read) }),
    ...(await ofItems(visit, effective, reader ? read : own)),
    maxConcurrency: (await state.maxConcurrency?.(scope)) ?? 0,
    ...(tolerated !== undefined && { toleratedFailureCount: tolerated }),
    ...(percentage !== undefined && { toleratedFailurePercentage: percentage }),
  };
};

const isMap = (visit: Visit): visit is Visit<MapState> => visit.state.kind === 'Map';

/**
 * Tells `inspected` what there is before the state has run; `data` is what the reader of a map would find. Throws what its expressions
 * throw.
 */
export const inspectInput = async (visit: Visit, inspected: Shape, data: string | undefined): Promise<void> => {
  inspected.input = visit.input.text;
  Object.assign(inspected, await onTheWayIn(visit));
  if (isMap(visit)) Object.assign(inspected, await ofMap(visit, data));
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
