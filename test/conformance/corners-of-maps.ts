// Maps over what is no array.
import { distributed, failed, GUIDE, jsonata, jsonPath, pass, type Row, sequence, succeeded } from './row.ts';

const CONTEXT = `${GUIDE}/input-output-contextobject.html#contextobject-map`;
const passing = { P: pass() };
const object = { one: 1, two: { x: 2 } };

/** Only a distributed map: of an inline one AWS says "accepts only a JSON array as input", and was seen to refuse it (2024, 2025). */
export const cornersOfMaps: readonly Row[] = [
  {
    section: `${GUIDE}/input-output-itemspath.html`,
    name: 'a distributed map runs over the pairs of an object',
    definition: jsonPath({ M: { ...distributed(passing), ItemsPath: '$.in' } }),
    input: { in: object },
    expected: succeeded([
      { Key: 'one', Value: 1 },
      { Key: 'two', Value: { x: 2 } },
    ]),
  },
  {
    section: CONTEXT,
    name: 'of a pair the context object tells key and value apart',
    definition: jsonata({
      M: distributed(passing, { ItemSelector: { all: '{% $states.context.Map.Item %}' }, Items: object }),
    }),
    expected: succeeded([
      { all: { Index: 0, Key: 'one', Value: 1, Source: 'STATE_DATA' } },
      { all: { Index: 1, Key: 'two', Value: { x: 2 }, Source: 'STATE_DATA' } },
    ]),
  },
  {
    section: `${GUIDE}/transforming-data.html`,
    name: 'of an object that an expression gives, in batches',
    definition: jsonata({
      M: distributed(passing, { Items: '{% $states.input.in %}', ItemBatcher: { MaxItemsPerBatch: 2 } }),
    }),
    input: { in: object },
    expected: succeeded([
      {
        Items: [
          { Key: 'one', Value: 1 },
          { Key: 'two', Value: { x: 2 } },
        ],
      },
    ]),
  },
  {
    section: CONTEXT,
    name: 'an item of an array that looks like a pair is an item',
    definition: jsonata({
      M: distributed(passing, {
        ItemSelector: '{% $states.context.Map.Item.Value %}',
        Items: [{ Key: 'k', Value: 1 }],
      }),
    }),
    expected: succeeded([{ Key: 'k', Value: 1 }]),
  },
  {
    section: 'recorded on AWS by radkawar/stackd (testdata/aws/stepfunctions/distributed_map.json)',
    name: 'a child is of a part of its machine, and has the name of the whole',
    definition: jsonata({
      M: distributed(
        { P: pass({ Output: '{% $states.context.StateMachine.[$match(Id, /[^:]*$/).match, Name] %}' }) },
        { Items: [1], Label: 'each' },
      ),
    }),
    expected: succeeded([['machine/each', 'machine']]),
  },
  {
    section: `${GUIDE}/state-map-inline.html`,
    name: 'an inline map takes no object',
    definition: jsonPath({ M: { Type: 'Map', ItemProcessor: sequence(passing), End: true } }),
    input: object,
    expected: failed('States.Runtime'),
  },
];
