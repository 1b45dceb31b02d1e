import type { PipelineGraph } from './graph.ts';
import { callOf, jobOf } from './service-jobs.ts';

/** What a pipeline's own role may do besides calling its functions. */
export interface ServiceRight {
  readonly actions: readonly string[];
  /** ARNs; or with `rule`, the name of a rule of EventBridge, of this account. */
  readonly resources: readonly string[];
  readonly kind?: 'rule';
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

/** Whether stages of it wait for jobs that AWS does not end with the run. */
export const leavesJobs = ({ stages }: PipelineGraph): boolean =>
  stages.some(({ node }) => node.kind === 'service' && jobOf(node.service)?.poll !== undefined);

const ruleActions = ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'];

/** The rights that the calls of AWS need: the call itself, to follow the job that it starts, and to hand over roles. */
export const serviceRightsOf = ({ stages }: PipelineGraph): readonly ServiceRight[] =>
  stages.flatMap(({ node }): readonly ServiceRight[] => {
    if (node.kind !== 'service') return [];
    const [service = '', action = ''] = callOf(node.service).split(':');
    const derived = `${prefixes[service] ?? service}:${action.charAt(0).toUpperCase()}${action.slice(1)}`;
    const job = jobOf(node.service);
    return [
      { actions: [node.action ?? derived], resources: node.resources },
      ...(job ? [{ actions: job.follow, resources: ['*'] }] : []),
      ...(job?.rule ? [{ actions: ruleActions, resources: [job.rule], kind: 'rule' } as const] : []),
      ...(node.passes && node.passes.length > 0 ? [{ actions: ['iam:PassRole'], resources: node.passes }] : []),
    ];
  });
