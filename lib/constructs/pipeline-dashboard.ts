import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  AlarmStatusWidgetSortBy,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LegendPosition,
  MathExpression,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { functionKey, type PipelineGraph } from '../graph/index.ts';
import { typedOptions } from './alarms.ts';
import { heddleMetric, metricNamespace, type StageMetric } from './metrics.ts';
import { names } from './names.ts';
import type { IPipeline } from './pipeline-interface.ts';
import { customWidget } from './widgets.ts';

export interface PipelineDashboardProps {
  readonly orchestrator: string;
  readonly pipeline: IPipeline;
  readonly graph: PipelineGraph;
  readonly deadLetters: IQueue;
  /** By the stage's id. */
  readonly handlers: ReadonlyMap<string, IFunction>;
  readonly alarms: readonly Alarm[];
  /** Whether there are custom widgets. @default true */
  readonly widgets?: boolean | undefined;
}

/** A pipeline at a glance, for someone woken at night: what rings, how much of it, what to type; then where it fails, and since when. */
export const pipelineDashboard = (scope: Construct, props: PipelineDashboardProps): Dashboard => {
  const { orchestrator, pipeline, graph, deadLetters, handlers, alarms, widgets = true } = props;
  const name = pipeline.pipelineName;
  const options = typedOptions(orchestrator);
  const stages = [...new Set(graph.handled.map(({ node }) => functionKey(node)))];
  const mapped = [...new Set(graph.handled.flatMap(({ node }) => (node.kind === 'map' ? [functionKey(node)] : [])))];
  const ofStages = (metric: StageMetric, ids: readonly string[] = stages): IMetric[] =>
    ids.length > mostLines
      ? [highest(metric, name)]
      : ids.map((stage) => heddleMetric(metric, { pipeline: name, stage }, { label: stage }));
  const ofHandlers = (metric: 'metricErrors' | 'metricThrottles', what: string): IMetric[] =>
    [...handlers].slice(0, mostHandlers).map(([stage, handler]) => handler[metric]({ label: `${stage} ${what}` }));

  return new Dashboard(scope, 'Dashboard', {
    dashboardName: names.stateMachine(orchestrator, name),
    defaultInterval: Duration.days(1),
    widgets: [
      [alarmStatus(alarms)],
      [
        numbers('Runs', [
          pipeline.metricRunsFailed({ label: 'failed', color: red }),
          pipeline.metricRunsCompleted({ label: 'completed', color: green }),
        ]),
        numbers('Dead letters waiting', [
          deadLetters.metricApproximateNumberOfMessagesVisible({ label: 'now', statistic: 'Maximum' }),
        ]),
        numbers('Run duration, average (ms)', [pipeline.metricRunDuration({ label: 'duration' })]),
        numbers('Cost of ended runs ($)', [pipeline.metric('RunCost', { label: 'dollars' })]),
      ],
      [new TextWidget({ width: 24, height: 4, markdown: header(name, graph, options) })],
      ...(widgets
        ? [
            [customWidget(scope, orchestrator, 'Runs and their stages', 12, { view: 'grid', pipeline: name })],
            [customWidget(scope, orchestrator, 'Dead letters', 8, { view: 'letters', pipeline: name })],
          ]
        : []),
      [
        chart('Runs', [
          pipeline.metricRunsFailed({ label: 'failed', color: red }),
          pipeline.metricRunsCompleted({ label: 'completed', color: green }),
        ]),
        chart('Failed attempts', ofStages('Failures')),
      ],
      [
        chart('Late, stuck, not good enough', [
          pipeline.metric('DeadlinesMissed', { label: 'deadlines missed' }),
          pipeline.metric('StagesStuck', { label: 'stages stuck' }),
          pipeline.metric('ChecksFailed', { label: 'checks failed' }),
          pipeline.metric('ScoresMissed', { label: 'scores past their limit' }),
        ]),
        chart('Dead letters', [pipeline.metricDeadLetters({ label: 'dead letters', color: red })]),
      ],
      [
        chart('Run duration (ms)', [
          pipeline.metricRunDuration({ label: 'average' }),
          pipeline.metricRunDuration({ label: 'p95', statistic: 'p95' }),
        ]),
        chart('Stage duration, average (ms)', ofStages('StageDuration')),
      ],
      ...(mapped.length > 0
        ? [
            [
              chart('Items failed', ofStages('ItemsFailed', mapped)),
              chart('Items completed', ofStages('ItemsCompleted', mapped)),
            ],
          ]
        : []),
      [
        chart('Cost of ended runs ($)', [pipeline.metric('RunCost', { label: 'dollars', period: Duration.hours(1) })]),
        chart('Tokens of models', ofStages('ModelTokens')),
      ],
      [
        chart(`Lambda errors and throttles${handlers.size > mostHandlers ? `, of the first ${mostHandlers}` : ''}`, [
          ...ofHandlers('metricErrors', 'errors'),
          ...ofHandlers('metricThrottles', 'throttled'),
        ]),
        chart('Waiting before the work begins, average (ms)', ofStages('QueueWait')),
      ],
    ],
  });
};

/** Lines of a chart that can be told apart: of more stages, those with the highest values of the time that is looked at. */
const mostLines = 20;
/** A widget has 500 metrics at most. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const mostHandlers = 200;

const highest = (metric: StageMetric, pipeline: string): IMetric => {
  const { statistic, period } = heddleMetric(metric, { pipeline });
  const all = `SEARCH('{${metricNamespace},pipeline,stage} MetricName="${metric}" pipeline="${pipeline}"', '${statistic}', ${period.toSeconds()})`;
  return new MathExpression({
    expression: `SLICE(SORT(${all}, MAX, DESC), 0, ${mostLines})`,
    label: "${PROP('Dim.stage')}",
    period,
  });
};

const green = '#2ca02c';
const red = '#d62728';

const header = (name: string, { pipeline }: PipelineGraph, options: string): string =>
  [
    `## ${name}`,
    pipeline.description,
    '',
    `**A run failed?** \`npx heddle runs ${name} --failed${options}\` lists them, \`npx heddle run RUN${options}\` says which stage and why. An alarm above says what to type: open it.`,
    '',
    `**Dead letters waiting?** Each is a stage or an item that used up its retries; the rest of its run went on without it. \`npx heddle dead-letters list --pipeline ${name}${options}\``,
  ]
    .filter((line) => line !== undefined)
    .join('\n');

/** What rings stands first, and what does not is only a mark. */
const alarmStatus = (alarms: readonly Alarm[]): IWidget =>
  new AlarmStatusWidget({
    title: 'Alarms, those that ring first',
    width: 24,
    height: 3,
    alarms: [...alarms],
    sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
  });

const numbers = (title: string, metrics: IMetric[]): IWidget =>
  new SingleValueWidget({ title, metrics, width: 6, height: 3, setPeriodToTimeRange: true });

const chart = (title: string, left: IMetric[]): IWidget =>
  new GraphWidget({ title, left, width: 12, height: 6, leftYAxis: { min: 0 }, legendPosition: LegendPosition.RIGHT });
