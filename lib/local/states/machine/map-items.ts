// The items that a Map runs over, and the input that each iteration gets.
import { EvaluationProblem } from '../errors.ts';
import { pathConflict } from '../expressions/result-path.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { MapState, MaybeAsync } from '../parse/machine.ts';
import type { Progress, Visit } from './visit.ts';

const fromPath = (visit: Visit<MapState>, effective: Json): Json => {
  const { itemsPath } = visit.state;
  if (!itemsPath) return effective;
  const items = itemsPath.read(visit.scope(effective));
  if (items !== undefined) return items;
  throw pathConflict(itemsPath.path.segments.at(-1), effective);
};

/** What AWS says where the items are no array; a path into the context object is shown as one into the input. */
export const noArray = ({ itemsPath }: MapState): string =>
  `Reference path "${itemsPath?.text.replace(/^\$\$/, '$') ?? '$'}" must point to array.`;

/** What a map can run over: the items of an array, or, where it is distributed, the pairs of an object. */
export const isIterable = ({ distribution }: MapState, items: Json): items is readonly Json[] | JsonObject =>
  Array.isArray(items) || (distribution !== undefined && isObject(items));

/** What the items are in. `effective` is the input after InputPath. */
const itemsOf = async (visit: Visit<MapState>, effective: Json): Promise<readonly Json[] | JsonObject> => {
  const { state } = visit;
  const items = state.items ? await state.items(visit.scope()) : fromPath(visit, effective);
  if (isIterable(state, items)) return items;
  if (state.language === 'JSONata') {
    throw new EvaluationProblem(
      'States.QueryEvaluationError',
      `Map state input must be an array but was: ${JSON.stringify(items)}`,
    );
  }
  throw new EvaluationProblem('States.Runtime', noArray(state));
};

/** The items, told in history as the map starts; after a restart, those that it had started with. */
export const startedWith = async (
  visit: Visit<MapState>,
  effective: Json,
  progress: Progress | undefined,
): Promise<ItemGroup> => {
  const started = progress?.records.find(({ type }) => type === 'MapStateStarted');
  const known = started?.memo?.items;
  const given =
    typeof known === 'string' ? (JSON.parse(known) as Json[] | JsonObject) : await itemsOf(visit, effective);
  const group = { ...itemsIn(given), source: STATE_DATA };
  if (started) return group;
  // Items that are the state's input as it stands need not be stored again.
  const memo = given === visit.input.value ? undefined : { items: JSON.stringify(given) };
  visit.frame.event('MapStateStarted', { length: group.items.length }, memo);
  return group;
};

/** Items of a kind. */
export interface Items {
  readonly items: readonly Json[];
  /** They are the pairs of an object: `{ Key, Value }`. */
  readonly arePairs?: boolean;
}

/** Items that come from one place: an object in S3 by its URI, or the state's own data. */
export interface ItemGroup extends Items {
  readonly source: string;
}

export const STATE_DATA = 'STATE_DATA';

export const itemsIn = (given: readonly Json[] | JsonObject): Items =>
  isObject(given)
    ? { items: Object.entries(given).map(([Key, Value]) => ({ Key, Value })), arePairs: true }
    : { items: given };

/** `$$.Map` of an iteration. AWS tells the key of a pair apart from its value. */
export const mapContext = (index: number, item: Json, { source, arePairs }: Omit<ItemGroup, 'items'>): JsonObject => {
  const told = arePairs && isObject(item) ? item : { Value: item };
  return { Item: { Index: index, ...told, Source: source } };
};

/** The input of one iteration: ItemSelector, or the item itself. */
export const selectItem = (visit: Visit<MapState>, effective: Json, map: JsonObject, item: Json): MaybeAsync<Json> => {
  const { selector } = visit.state;
  if (!selector) return item;
  const scope = visit.scope(effective);
  return selector({ ...scope, context: () => ({ ...visit.context(), Map: map }) });
};
