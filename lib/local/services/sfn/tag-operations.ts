// Tags of machines and activities. Loaded where some are given or asked for.
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type Shape } from '../../service.ts';
import type { Tags } from './activities.ts';
import type { Parts } from './parts.ts';
import { arnIn, refused } from './requests.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-tagging */
const MOST_TAGS = 50;

/** The tags of a request with those that its resource has. Throws TooManyTags. */
export const tagsIn = (input: Shape, arn: string, before: Tags = {}): Tags => {
  const given = (input.tags ?? []) as readonly { readonly key: string; readonly value: string }[];
  const tags = { ...before, ...Object.fromEntries(given.map(({ key, value }) => [key, value])) };
  const count = Object.keys(tags).length;
  if (count <= MOST_TAGS) return tags;
  const why = `${arn} would have ${count} tags; at most ${MOST_TAGS} are allowed`; // in words of ours: AWS's were not seen
  throw new AwsError('TooManyTags', why, 400, { resourceName: arn });
};

interface Tagged {
  readonly arn: string;
  readonly tags: Tags;
  set(tags: Tags): void;
}

export const tagOperations = ({ machines, late }: Parts): OperationTable => {
  const tagged = (input: Shape): Tagged => {
    const arn = arnIn(input, 'resourceArn', 'stateMachine', 'activity');
    const machine = machines.find(arn);
    if (machine) return { arn, tags: machine.tags, set: (tags) => machines.tag(arn, tags) };
    if (late.activities.find(arn))
      return { arn, tags: late.activities.tags(arn), set: (tags) => late.activities.tag(arn, tags) };
    throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
  };
  return {
    TagResource: (input) => {
      const { arn, tags, set } = tagged(input);
      if (!Array.isArray(input.tags)) throw refused('null', 'tags', 'not be null');
      set(tagsIn(input, arn, tags));
      return {};
    },
    UntagResource: (input) => {
      const { tags, set } = tagged(input);
      if (!Array.isArray(input.tagKeys)) throw refused('null', 'tagKeys', 'not be null');
      const gone = new Set(input.tagKeys.map(String));
      set(Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))));
      return {};
    },
    ListTagsForResource: (input) => ({
      tags: Object.entries(tagged(input).tags).map(([key, value]) => ({ key, value })),
    }),
  };
};
