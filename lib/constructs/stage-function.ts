import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Pipeline as PipelineDefinition } from '../definition/index.ts';
import { contractHash, type StageFunctionNeed } from '../graph/index.ts';
import { environmentNames } from '../records/index.ts';
import {
  allowCache,
  allowLedger,
  allowList,
  allowObjects,
  allowPools,
  artifactsOf,
  payloadsOf,
  runKeysOf,
  stateMachineArn,
} from './access.ts';
import { withUpstreams } from './check-definitions.ts';
import { handlerFunction } from './handler-function.ts';
import { names } from './names.ts';
import type { IOrchestrator, StageDefaults } from './shared.ts';

export interface StageFunctionProps {
  readonly orchestrator: IOrchestrator;
  readonly pipeline: PipelineDefinition;
  /** Which function: a stage's, or its fallback's. */
  readonly need: StageFunctionNeed;
  /** The handler's file, bundled already. */
  readonly entry: string;
  readonly deadLetters: IQueue;
  readonly defaults: StageDefaults;
}

/** A stage's Lambda. Memory, timeout and rights follow from its contract and its place in the pipeline. */
export class StageFunction extends Construct {
  readonly handler: LambdaFunction;
  /** What stands for it in the definition. */
  readonly placeholders: readonly string[];

  constructor(scope: Construct, id: string, props: StageFunctionProps) {
    super(scope, id);
    const { orchestrator, pipeline, need, defaults, deadLetters } = props;
    const contract = need.stage;
    this.placeholders = need.placeholders;
    this.handler = handlerFunction(this, {
      functionName: names.stage(orchestrator.orchestratorName, pipeline.name, need.key),
      description: `Stage ${need.key} of the pipeline ${pipeline.name}`,
      code: orchestrator.bundles.code(props.entry),
      memoryMb: need.memoryMb,
      timeoutSeconds: contract.timeoutSeconds,
      compute: contract.compute,
      tracing: orchestrator.monitoring.tracing,
      environment: {
        ...defaults.environment,
        [environmentNames.table]: orchestrator.ledger.tableName,
        [environmentNames.payloadBucket]: orchestrator.payloads.bucketName,
        [environmentNames.inboxBucket]: orchestrator.inbox.bucketName,
        [environmentNames.deadLetterQueue]: deadLetters.queueUrl,
        [environmentNames.codeHash]: orchestrator.bundles.hash(props.entry),
        [environmentNames.contractHash]: contractHash(contract),
      },
      ...(defaults.logRetention === undefined ? {} : { logRetention: defaults.logRetention }),
    });
    this.#allow(props);
  }

  #allow({ orchestrator, pipeline, need, deadLetters }: StageFunctionProps): void {
    const { ledger, payloads, inbox } = orchestrator;
    const { access } = need.stage;
    const { name } = pipeline;
    allowLedger(this.handler, ledger.tableArn, ['read', 'write'], [runKeysOf(name)]);
    allowObjects(this.handler, payloads.bucketArn, ['read', 'write'], [payloadsOf(name)]);
    // All of them, however far up: an upstream's output may point into its own upstreams.
    const upstreams = withUpstreams([pipeline]).filter((other) => other !== pipeline);
    if (upstreams.length > 0) {
      const keys = upstreams.map((upstream) => runKeysOf(upstream.name));
      allowLedger(this.handler, ledger.tableArn, ['read'], keys);
      const prefixes = upstreams.map((upstream) => payloadsOf(upstream.name));
      allowObjects(this.handler, payloads.bucketArn, ['read'], prefixes);
    }
    if (access.inbox === 'read') {
      allowObjects(this.handler, inbox.bucketArn, ['read']);
      allowList(this.handler, inbox.bucketArn);
    }
    if (access.artifacts === 'write') allowObjects(this.handler, payloads.bucketArn, ['write'], [artifactsOf(name)]);
    const { node } = need.placed;
    if (node.cache && node.stage === need.stage) allowCache(this.handler, ledger.tableArn, name, need.stage.name);
    const pools = [...(node.pool ? [node.pool] : []), ...(need.stage.pools ?? [])].map((pool) => pool.name);
    if (pools.length > 0)
      allowPools(
        this.handler,
        ledger.tableArn,
        [stateMachineArn(this, names.stateMachine(orchestrator.orchestratorName, '*'))],
        [...new Set(pools)],
      );
    // The wrapper of a map stage writes the dead letters of single items; all others are `settle`'s.
    if (node.kind === 'map') deadLetters.grant(this.handler, 'sqs:SendMessage');
  }
}
