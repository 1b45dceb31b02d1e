// What a Distributed Map tolerates. Each case of the table was run on AWS by others.
import { distributed, failed, GUIDE, jsonata, picky, type Row, succeeded } from './row.ts';

const MEASURED = 'https://github.com/iwamot/sfnx/blob/main/tests/test_asl.py';

const exceeded = failed(
  'States.ExceedToleratedFailureThreshold',
  'The specified tolerated failure threshold was exceeded',
);
const lost = { Status: 'FAILED', Error: 'Bad' };

const limits = (count: number, percentage: number) => ({
  ToleratedFailureCount: count,
  ToleratedFailurePercentage: percentage,
});

const held = ([bad, items, count, percentage, fails]: readonly [number, number, number, number, boolean]): Row => {
  const results = Array.from({ length: items }, (_, index) => (index < bad ? 'bad' : 'good'));
  return {
    section: MEASURED,
    name: `${bad} of ${items} failed items against a count of ${count} and ${percentage} %`,
    definition: jsonata({ M: distributed(picky, { Items: results, ...limits(count, percentage) }) }),
    expected: fails ? exceeded : succeeded(results.map((item) => (item === 'bad' ? lost : item))),
  };
};

/** Fails on a batch with a bad item, and gives its items otherwise. */
const ofBatches = {
  Pick: {
    Type: 'Choice',
    Choices: [{ Condition: "{% 'bad' in $states.input.Items %}", Next: 'Bad' }],
    Default: 'Good',
  },
  Bad: { Type: 'Fail', Error: 'Bad', Cause: 'why' },
  Good: { Type: 'Succeed', Output: '{% $states.input.Items %}' },
};
const batches = (more: object) =>
  jsonata({ M: distributed(ofBatches, { Items: [1, 'bad', 3, 4, 5], ItemBatcher: { MaxItemsPerBatch: 2 }, ...more }) });

export const cornersOfTolerance: readonly Row[] = [
  ...(
    [
      [1, 3, 0, 0, true],
      [1, 3, 1, 100, false],
      [3, 3, 1, 100, true],
      [3, 3, 3, 100, false],
      [1, 3, 0, 100, false],
      [1, 3, 100_000, 34, false],
      [1, 3, 100_000, 33, true],
      [1, 4, 100_000, 25, false],
      [1, 4, 100_000, 24, true],
      [1, 3, 0, 50, false],
      [3, 3, 0, 50, true],
      [1, 3, 5, 0, false],
      [3, 3, 5, 0, false],
      [2, 3, 1, 90, true],
      [2, 3, 5, 50, true],
      [2, 5, 1, 100, true],
      [2, 5, 2, 100, false],
      [2, 5, 100_000, 34, true],
      [2, 5, 100_000, 39, true],
      [2, 5, 100_000, 40, false],
    ] as const
  ).map(held),
  {
    section: MEASURED,
    name: 'a failed batch counts each of its items',
    definition: batches({ ToleratedFailureCount: 1 }),
    expected: exceeded,
  },
  {
    section: MEASURED,
    name: 'a failed batch takes one place in the result',
    definition: batches({ ToleratedFailurePercentage: 40 }),
    expected: succeeded([{ ...lost, Cause: 'why' }, [3, 4], [5]]),
  },
  {
    section: `${GUIDE}/input-output-resultwriter.html`,
    name: 'WriterConfig says of what failed as much as NONE does',
    definition: jsonata({
      M: {
        ...distributed(picky, {
          Items: ['a', 'bad'],
          ToleratedFailureCount: 1,
          ResultWriter: { WriterConfig: { Transformation: 'COMPACT', OutputType: 'JSON' } },
        }),
        Output: '{% [$states.result[0], $states.result[1].[Error, Status, Input]] %}',
      },
    }),
    expected: succeeded(['a', 'Bad', 'FAILED', '"bad"']),
  },
];
