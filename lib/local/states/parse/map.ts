// Map states, inline and distributed.
import { compileJsonata, isJsonata } from '../expressions/jsonata.ts';
import { parseReference } from '../expressions/reference.ts';
import { isObject, type Json } from '../json.ts';
import { dataFlow, objectTemplate, template } from './data-flow.ts';
import { parseDistribution } from './distribution.ts';
import type { Fields } from './fields.ts';
import type { Evaluate, MapState, Sequence } from './machine.ts';
import { numberField } from './numbers.ts';
import { guards } from './retry-catch.ts';
import { unexpectedType } from './unexpected-type.ts';

type ParseSequence = (fields: Fields, express: boolean) => Sequence;

/** JSONata `Items`: an array, or an expression that gives one; an object too where the map is distributed. */
const itemsOf = (fields: Fields, distributed: boolean): Evaluate<Json> | undefined => {
  const value = fields.get('Items');
  if (Array.isArray(value) || isObject(value) || value === undefined) return template(fields, 'Items');
  if (typeof value !== 'string' || !isJsonata(value)) {
    fields.wrong('Items', 'Expected an array or a JSONata expression');
    return undefined;
  }
  try {
    const query = compileJsonata(value, 'Items', fields.ambient);
    return async (scope) => {
      const items = await query.evaluate(scope);
      if (Array.isArray(items) || (distributed && isObject(items))) return items;
      throw unexpectedType(query, 'Items', 'array', items);
    };
  } catch (thrown) {
    fields.syntaxError('Items', thrown);
    return undefined;
  }
};

const itemsPath = (fields: Fields): MapState['itemsPath'] => {
  const text = fields.text('ItemsPath');
  if (text === undefined) return undefined;
  try {
    return parseReference(text);
  } catch (thrown) {
    fields.wrong('ItemsPath', `Value is not a valid JSONPath: ${thrown instanceof Error ? thrown.message : thrown}`);
    return undefined;
  }
};

const DISTRIBUTED_ONLY = ['ItemReader', 'ItemBatcher', 'ResultWriter'];

const emptySequence: Sequence = { startAt: '', states: new Map() };

export const parseMap = (
  name: string,
  fields: Fields,
  next: string | undefined,
  express: boolean,
  parseSequence: ParseSequence,
): MapState => {
  const field = fields.has('ItemProcessor') ? 'ItemProcessor' : 'Iterator';
  const processor = fields.object(field);
  if (!processor) fields.wrong('', 'These fields are required: [ItemProcessor]');
  const config = processor?.object('ProcessorConfig');
  fields.exclusive('ItemProcessor', 'Iterator');
  config?.only(['Mode', 'ExecutionType']);
  const distributed = config?.word('Mode', 'INLINE', 'DISTRIBUTED') === 'DISTRIBUTED';
  if (distributed) config?.require('ExecutionType');
  const childrenAreExpress = config?.word('ExecutionType', 'STANDARD', 'EXPRESS') === 'EXPRESS';
  if (distributed && express) fields.wrong(field, 'Express state machine does not support Distributed Map state');
  if (!distributed && fields.has('Label')) fields.wrong('Label', 'Field is not supported in INLINE mode');
  const flow = dataFlow(fields);
  return {
    kind: 'Map',
    name,
    language: fields.language,
    next,
    // The older spelling: a Map's Parameters are its ItemSelector.
    flow: { ...flow, parameters: undefined },
    items: itemsOf(fields, distributed),
    itemsPath: itemsPath(fields),
    selector: objectTemplate(fields, 'ItemSelector') ?? flow.parameters,
    maxConcurrency: numberField(fields, 'MaxConcurrency', { minimum: 0 }),
    processor: processor ? parseSequence(processor, distributed ? childrenAreExpress : express) : emptySequence,
    distribution: distributed && config ? parseDistribution(fields, config) : undefined,
    isMisplaced: !distributed && DISTRIBUTED_ONLY.some((field) => fields.has(field)),
    ...guards(fields),
  };
};
