import { Dashboard, GraphWidget, type IMetric, LegendPosition, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { heddleMetric, type PipelineMetric } from './metrics.ts';
import { names } from './names.ts';
import type { Operators } from './operators.ts';
import type { Queues } from './queues.ts';

export interface OrchestratorDashboardProps {
  readonly orchestrator: string;
  readonly queues: Queues;
  readonly operators: Operators;
}

/** All pipelines of an orchestrator together: a header, what is on its way, and a row for each pipeline added. */
export class OrchestratorDashboard {
  readonly #dashboard: Dashboard;
  readonly #orchestrator: string;

  constructor(scope: Construct, id: string, { orchestrator, queues, operators }: OrchestratorDashboardProps) {
    this.#orchestrator = orchestrator;
    const waiting = 'metricApproximateNumberOfMessagesVisible';
    const all = Object.entries(operators.all);
    this.#dashboard = new Dashboard(scope, id, {
      dashboardName: orchestrator,
      widgets: [
        [new TextWidget({ width: 24, height: 3, markdown: header(orchestrator) })],
        [
          chart('Waiting to start', 8, [
            queues.start[waiting]({ label: 'start messages' }),
            queues.startFailed[waiting]({ label: 'given up' }),
            queues.undelivered[waiting]({ label: 'undelivered' }),
          ]),
          chart(
            'Operator errors',
            8,
            all.map(([name, operator]) => operator.metricErrors({ label: name })),
          ),
          chart(
            'Operator durations (ms)',
            8,
            all.map(([name, operator]) => operator.metricDuration({ label: name })),
          ),
        ],
      ],
    });
  }

  addPipeline(pipeline: string): void {
    const of = (metric: PipelineMetric, label: string): IMetric => heddleMetric(metric, { pipeline }, { label });
    const link = `[${pipeline}](#dashboards:name=${names.stateMachine(this.#orchestrator, pipeline)})`;
    this.#dashboard.addWidgets(
      new TextWidget({ width: 24, height: 1, markdown: `## ${link}` }),
      chart('Runs', 8, [of('RunsCompleted', 'completed'), of('RunsFailed', 'failed')]),
      chart('Run duration, average (ms)', 8, [of('RunDuration', 'duration')]),
      chart('Dead letters', 8, [of('DeadLetters', 'dead letters')]),
    );
  }
}

const header = (orchestrator: string): string =>
  [
    `# ${orchestrator}`,
    'Given up or undelivered start messages mean that a run never started: the queues',
    `\`${names.startDeadLetterQueue(orchestrator)}\` and \`${names.undeliveredQueue(orchestrator)}\` hold them and say why.`,
  ].join('\n');

const chart = (title: string, width: number, left: IMetric[]): GraphWidget =>
  new GraphWidget({ title, left, width, height: 6, leftYAxis: { min: 0 }, legendPosition: LegendPosition.BOTTOM });
