// Questions to the logs, saved: in CloudWatch under Logs Insights, in a folder of the orchestrator's name.
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { idOf } from './names.ts';
import type { Operators } from './operators.ts';

/** Log groups that one query may ask. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatchlogs_limits_cwl.html */
const mostGroups = 50;

interface Question {
  readonly name: string;
  readonly lines: readonly string[];
}

const failures = (by: string): Question => ({
  name: 'failures',
  lines: [
    "filter level = 'ERROR'",
    `fields @timestamp, ${by}, error.name, error.message`,
    'sort @timestamp desc',
    'limit 200',
  ],
});

const ofStages: readonly Question[] = [
  failures('stage, run'),
  {
    name: 'failures by cause',
    lines: [
      "filter level = 'ERROR'",
      'stats count(*) as failures, latest(@timestamp) as last, latest(run) as ofRun by stage, error.name, error.message',
      'sort failures desc',
      'limit 50',
    ],
  },
  {
    name: 'one run',
    lines: [
      "filter run = 'RUN'",
      'fields @timestamp, stage, level, message, error.message',
      'sort @timestamp asc',
      'limit 1000',
    ],
  },
  {
    name: 'stages, slowest first',
    lines: [
      'filter ispresent(StageDuration)',
      'stats count(*) as attempts, sum(Failures) as failed, avg(StageDuration) as ms, pct(StageDuration, 95) as p95, max(MemoryUsed) as usedMb by stage',
      'sort p95 desc',
    ],
  },
  {
    name: 'tokens and calls by stage',
    lines: [
      'filter ispresent(StageDuration)',
      'stats sum(ModelTokens) as tokens, sum(DeclaredCalls) as calls, sum(BilledDuration) as billedMs by stage, bin(1d) as day',
      'sort day desc, tokens desc',
    ],
  },
];

const save = (scope: Construct, folder: string, groups: readonly string[], questions: readonly Question[]): void => {
  const made = new Construct(scope, 'Queries');
  for (const { name, lines } of questions)
    new CfnQueryDefinition(made, idOf(name.replaceAll(/\W+(\w)/g, (_, first: string) => first.toUpperCase())), {
      name: `${folder}/${name}`,
      queryString: lines.join('\n| '),
      logGroupNames: groups.slice(0, mostGroups),
    });
};

const groupOf = ({ functionName }: Pick<IFunction, 'functionName'>): string => `/aws/lambda/${functionName}`;

/** Of a pipeline with more than 50 functions, the queries ask the first ones: others are added in the console. */
export const pipelineQueries = (
  scope: Construct,
  orchestrator: string,
  pipeline: string,
  stages: readonly IFunction[],
): void => save(scope, `${orchestrator}/${pipeline}`, stages.map(groupOf), ofStages);

export const operatorQueries = (scope: Construct, orchestrator: string, operators: Operators): void =>
  save(scope, orchestrator, Object.values(operators.all).map(groupOf), [
    failures('service'),
    {
      name: 'runs by pipeline',
      lines: [
        'filter ispresent(RunsCompleted)',
        'stats sum(RunsCompleted) as completed, sum(RunsFailed) as failed, avg(RunDuration) as ms, sum(RunCost) as dollars by pipeline, bin(1d) as day',
        'sort day desc, dollars desc',
      ],
    },
  ]);
