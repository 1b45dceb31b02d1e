import type { PipelineGraph } from './graph.ts';

/** What a pipeline's own role may do besides calling its functions. */
export interface ServiceRight {
  readonly action: string;
  readonly resources: readonly string[];
}

/** Services whose IAM prefix is not their name in Step Functions. */
const prefixes: { readonly [service: string]: string } = {
  bedrockruntime: 'bedrock',
  cloudwatchlogs: 'logs',
  eventbridge: 'events',
  sagemakerruntime: 'sagemaker',
  sesv2: 'ses',
  sfn: 'states',
};

/** The rights that the calls of AWS need, one for each. */
export const serviceRightsOf = ({ stages }: PipelineGraph): readonly ServiceRight[] =>
  stages.flatMap(({ node }) => {
    if (node.kind !== 'service') return [];
    const [service = '', action = ''] = node.service.replace(/^aws-sdk:/, '').split(':');
    const derived = `${prefixes[service] ?? service}:${action.charAt(0).toUpperCase()}${action.slice(1)}`;
    return [{ action: node.action ?? derived, resources: node.resources }];
  });
