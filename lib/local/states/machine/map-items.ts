// The items that a Map runs over, and the input that each iteration gets.
import { EvaluationProblem } from '../errors.ts';
import { pathConflict } from '../expressions/result-path.ts';
import type { Json, JsonObject } from '../json.ts';
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

/** The array of items. `effective` is the input after InputPath. */
const itemsOf = async (visit: Visit<MapState>, effective: Json): Promise<readonly Json[]> => {
  const { state } = visit;
  const items = state.items ? await state.items(visit.scope()) : fromPath(visit, effective);
  if (Array.isArray(items)) return items as readonly Json[];
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
): Promise<readonly Json[]> => {
  const started = progress?.records.find(({ type }) => type === 'MapStateStarted');
  const known = started?.memo?.items;
  const items = typeof known === 'string' ? (JSON.parse(known) as Json[]) : await itemsOf(visit, effective);
  if (started) return items;
  // Items that are the state's input as it stands need not be stored again.
  const memo = items === visit.input.value ? undefined : { items: JSON.stringify(items) };
  visit.frame.event('MapStateStarted', { length: items.length }, memo);
  return items;
};

/** Items that come from one place: an object in S3 by its URI, or the state's own data. */
export interface ItemGroup {
  readonly items: readonly Json[];
  readonly source: string;
}

export const STATE_DATA = 'STATE_DATA';

/** `$$.Map` of an iteration. */
export const mapContext = (index: number, value: Json, source: string): JsonObject => ({
  Item: { Index: index, Value: value, Source: source },
});

/** The input of one iteration: ItemSelector, or the item itself. */
export const selectItem = (visit: Visit<MapState>, effective: Json, map: JsonObject, item: Json): MaybeAsync<Json> => {
  const { selector } = visit.state;
  if (!selector) return item;
  const scope = visit.scope(effective);
  return selector({ ...scope, context: () => ({ ...visit.context(), Map: map }) });
};
