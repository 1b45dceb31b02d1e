// The two sides of a latch. The one who waits and those who release update the same item, so nobody can miss the other: whoever
// comes last finds the other's mark.
import type { LatchRelease } from '../../records/index.ts';
import type { Latch } from '../plan/index.ts';
import { latchRetry } from '../retry.ts';
import { unchanged } from './flow-state.ts';
import { operator } from './operator.ts';
import type { BatchPlace, Emission, Piece, State } from './piece.ts';

export const waitName = (latch: string): string => `${latch}.latch`;

/** Leaves a task token in the latch's item, unless all have released it already. */
export const emitLatch = (
  { name, producers }: Latch,
  next: string,
  { longestSeconds, batch }: Pick<Emission, 'longestSeconds' | 'batch'>,
): State => {
  const run = batch?.run ?? '$states.input.run';
  const scope = batch ? `$string(${batch.number})` : `${run}.scope`;
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::aws-sdk:dynamodb:updateItem.waitForTaskToken',
    Arguments: {
      TableName: '${ledger}',
      Key: {
        pk: { S: `{% 'run#' & ${run}.pipeline & '#' & ${run}.id %}` },
        sk: { S: `{% 'latch#' & ${run}.execution & '#' & ${scope} & '#${name}' %}` },
      },
      UpdateExpression: 'SET #token = :token, #need = :need',
      ConditionExpression: 'attribute_not_exists(#released) OR size(#released) < :need',
      ExpressionAttributeNames: { '#token': 'token', '#need': 'need', '#released': 'released' },
      ExpressionAttributeValues: {
        ':token': { S: '{% $states.context.Task.Token %}' },
        ':need': { N: `${producers.length}` },
      },
    },
    Output: unchanged,
    TimeoutSeconds: longestSeconds,
    Retry: latchRetry,
    Catch: [{ ErrorEquals: [released], Output: unchanged, Next: next }],
    Next: next,
  };
};

/** The run's facts for a call that releases latches: those of a batch are kept apart from those of the others. */
export const runWithScope = ({ run, number }: BatchPlace): string => `$merge([${run}, {'scope': $string(${number})}])`;

/** What each producer releases. */
export const releasesOf = (latches: readonly Latch[]): ReadonlyMap<string, readonly LatchRelease[]> => {
  const found = new Map<string, LatchRelease[]>();
  for (const { name, producers } of latches)
    for (const producer of producers) {
      const release = { latch: name, need: producers.length };
      const known = found.get(producer);
      if (known) known.push(release);
      else found.set(producer, [release]);
    }
  return found;
};

/** What the condition's failure is called here: of `aws-sdk:` integrations, it begins with the SDK's spelling. */
const released = 'DynamoDb.ConditionalCheckFailedException';

/** For a node that cannot release its latches itself, as a choice: a state that does. `choices` are those inside the node. */
export const emitRelease = (
  node: string,
  choices: readonly string[],
  next: string | null,
  { releasesOf }: Emission,
): Piece => {
  const start = `${node}.release`;
  const call: State = {
    action: 'released',
    run: '{% $states.input.run %}',
    stage: node,
    choices,
    chosen: '{% $states.input.chosen %}',
    release: releasesOf(node).map((release) => ({ ...release })),
  };
  return { start, states: { [start]: operator('settle', call, unchanged, next) } };
};

/** The field of a call by which whoever is called releases the node's latches. */
export const releaseOf = (node: string, { releasesOf }: Emission): State => {
  const release = releasesOf(node);
  return release.length > 0 ? { release: release.map((each) => ({ ...each })) } : {};
};
