// The operators with what they work on: three deployed pipelines whose executions only wait, on the local services.
import { begin, dispatch, type Services } from '../../lib/operators/index.ts';
import { openManifests } from '../../lib/operators/manifests.ts';
import type { PipelineManifest, RunFacts, StartMessage } from '../../lib/records/index.ts';
import { openServices, type TestServices, type TestServicesOptions } from '../services.ts';

export const machines = 'arn:aws:states:us-east-1:123456789012:stateMachine';
const waits = JSON.stringify({ StartAt: 'wait', States: { wait: { Type: 'Wait', Seconds: 600, End: true } } });

export interface Workshop {
  readonly local: TestServices;
  readonly services: Services;
  /** Deploys a pipeline whose executions only wait. */
  deploy(pipeline: string, manifest?: Partial<PipelineManifest>): Promise<void>;
  /** Executions of a pipeline's machine, whatever their status. */
  executions(pipeline: string): Promise<number>;
  /** A run of `orders` that has begun. */
  startRun(id: string): Promise<RunFacts>;
}

export const at = (run: RunFacts, stage: string) => ({
  ...{ pipeline: run.pipeline, run: run.id, stage },
  spread: undefined,
});

export const manual = (id: string, extra: Partial<Extract<StartMessage, { kind: 'manual' }>> = {}): StartMessage => ({
  kind: 'manual',
  pipeline: 'orders',
  id,
  partition: '2026-01-01',
  input: { day: '2026-01-01' },
  by: 'test',
  ...extra,
});

export const openWorkshop = async (options: TestServicesOptions = {}): Promise<Workshop> => {
  const local = await openServices(options);
  const now = options.clock?.now ?? Date.now;
  const deploy: Workshop['deploy'] = async (pipeline, manifest = {}) => {
    await local.service('sfn').call('CreateStateMachine', {
      name: `heddle-${pipeline}`,
      definition: waits,
      roleArn: 'arn:aws:iam::123456789012:role/x',
    });
    await local.service('ssm').call('PutParameter', {
      Name: `/heddle/heddle/${pipeline}`,
      Type: 'String',
      Value: JSON.stringify({
        pipeline,
        stateMachineArn: `${machines}:heddle-${pipeline}`,
        definitionHash: 'abc',
        upstream: {},
        stages: [],
        deadLetterQueueUrl: local.queueUrl,
        replayQueueUrl: local.queueUrl,
        ...manifest,
      }),
    });
  };
  await deploy('orders');
  await deploy('visits');
  await deploy('report', { upstream: { orders: 'orders', seen: 'visits' } });
  const services: Services = {
    aws: local.aws,
    ledger: local.ledger,
    eventBus: 'heddle',
    startQueueUrl: local.queueUrl,
    manifests: openManifests(local.aws, '/heddle/heddle/', now),
    measures: false,
    now,
  };
  return {
    local,
    services,
    deploy,
    executions: async (pipeline) => {
      const { executions } = await local.aws.call('states', 'ListExecutions', {
        stateMachineArn: `${machines}:heddle-${pipeline}`,
      });
      return (executions as unknown[]).length;
    },
    startRun: async (id) => {
      const outcome = await dispatch(manual(id), services);
      if (outcome.kind !== 'started') throw new Error(`not started: ${JSON.stringify(outcome)}`);
      const state = await begin(
        { pipeline: 'orders', definitionHash: 'abc', execution: 'arn:run', input: { run: outcome.run }, control: [] },
        services,
      );
      return state.run;
    },
  };
};
