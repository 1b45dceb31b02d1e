import { Annotations } from 'aws-cdk-lib';
import type { IEventBusRef } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type CompiledPipeline, compile, estimate } from '../asl/index.ts';
import { formatDiagnostic, type Pipeline as PipelineDefinition } from '../definition/index.ts';
import {
  childrenOf,
  functionsOf,
  graphOf,
  keylessPoolsOf,
  leavesJobs,
  type PipelineGraph,
  poolsOf,
  type ServiceRight,
  serviceRightsOf,
} from '../graph/index.ts';
import { compactUsage } from '../records/index.ts';
import { nearest } from '../support/nearest.ts';
import { allow, stateMachineArn } from './access.ts';
import { admissionPolicy } from './admission-policy.ts';
import { checkDefinitions, withUpstreams } from './check-definitions.ts';
import { childName } from './child-machines.ts';
import { rowsSources } from './distributed-maps.ts';
import type { RunStores } from './grant-read-runs.ts';
import { handlerFile, handlerFiles } from './handler-file.ts';
import { invokedFrom } from './handler-function.ts';
import { ImportedPipeline, type PipelineAttributes } from './imported-pipeline.ts';
import { pipelineQueries } from './log-queries.ts';
import { manifestParameter } from './manifest-parameter.ts';
import { idOf, names } from './names.ts';
import { pipelineAlarms } from './pipeline-alarms.ts';
import { PipelineBase } from './pipeline-base.ts';
import { pipelineDashboard } from './pipeline-dashboard.ts';
import type { IPipeline } from './pipeline-interface.ts';
import { deadLetterQueue } from './queues.ts';
import { makeReplays } from './replays.ts';
import { checkResources, checkTemplate } from './resource-limit.ts';
import type { IOrchestrator, StageDefaults } from './shared.ts';
import { StageFunction } from './stage-function.ts';
import { CompiledStateMachine } from './state-machine.ts';
import { lowTriggers, makeTriggers, type RequestFunction, triggerNames } from './triggers/index.ts';

export interface PipelineProps {
  /** What it shares with other pipelines. */
  readonly orchestrator: IOrchestrator;
  /** What `definePipeline` gave. */
  readonly definition: PipelineDefinition;
  /** The directory of the handlers, `<pipeline>/<stage>.ts` in it. @default the orchestrator's */
  readonly handlers?: string;
  /** @default the orchestrator's */
  readonly stageDefaults?: StageDefaults;
}

/**
 * A pipeline on AWS: a Lambda for each stage, the state machine that runs them, the dead-letter queue, what starts runs,
 * alarms and a dashboard. Throws DefinitionError with every diagnostic of the definition at once.
 *
 * @example
 * const orders = new Pipeline(this, 'Orders', { orchestrator, definition: ordersDefinition });
 * orders.grantStart(api);
 */
export class Pipeline extends PipelineBase {
  /** Imports a pipeline. It can do everything but `grantReadRuns`, which needs `fromPipelineAttributes`. */
  static fromPipelineArn(scope: Construct, id: string, pipelineArn: string): IPipeline {
    return new ImportedPipeline(scope, id, { pipelineArn });
  }

  static fromPipelineAttributes(scope: Construct, id: string, attributes: PipelineAttributes): IPipeline {
    return new ImportedPipeline(scope, id, attributes);
  }

  readonly pipelineArn: string;
  readonly pipelineName: string;
  readonly stateMachine: StateMachine;
  /** Of the compiled definition; every run in the ledger names it. */
  readonly definitionHash: string;
  readonly deadLetters: Queue;
  /** Dead letters that come here are done again. */
  readonly replays: Queue;
  protected readonly startQueue: IQueue;
  protected readonly eventBus: IEventBusRef;
  protected readonly replayQueueArn: string;
  protected readonly deadLetterQueueArn: string;
  protected readonly stores: RunStores;
  readonly #stages: ReadonlyMap<string, StageFunction>;
  readonly #requests: RequestFunction | undefined;

  constructor(scope: Construct, id: string, props: PipelineProps) {
    super(scope, id);
    const { orchestrator, definition, handlers = orchestrator.handlers } = props;
    const { orchestratorName } = orchestrator;
    const among = withUpstreams([definition, ...childrenOf(definition)]);
    const warnings = checkDefinitions({ orchestrator: orchestratorName, pipelines: [definition], among, handlers });
    for (const warning of warnings)
      Annotations.of(this).addWarningV2(`heddle:${warning.code}`, formatDiagnostic(warning));
    const graph = graphOf(definition);
    const compiled = compile(graph);

    this.pipelineName = definition.name;
    const admission = admissionPolicy(definition);
    const { partitions, uses, join, when } = definition;
    orchestrator.register(this.pipelineName, {
      type: definition.type,
      overlap: admission?.overlap,
      compensates: compiled.compensation !== undefined,
      deadline: definition.deadline,
      rows: rowsSources(
        compiled.maps.flatMap(({ rows }) => (rows ? [rows] : [])),
        this.pipelineName,
        orchestrator,
      ),
      runs: childrenOf(definition).map((child) => child.name),
      pools: poolsOf(definition),
      leavesJobs: leavesJobs(graph),
    });
    this.definitionHash = compiled.hash;
    // Printed by every synth, as `heddle asl` and each run print it: what runs is what was synthesized.
    Annotations.of(this).addInfoV2('heddle:definition', `${definition.name} is definition ${compiled.hash}`);
    this.startQueue = orchestrator.startQueue;
    this.eventBus = orchestrator.eventBus;
    this.stores = { ledgerArn: orchestrator.ledger.tableArn, payloadBucketArn: orchestrator.payloads.bucketArn };
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', names.deadLetterQueue(orchestratorName, definition.name));
    this.replays = makeReplays(this, orchestrator, definition.name, this.deadLetters);
    this.replayQueueArn = this.replays.queueArn;
    this.deadLetterQueueArn = this.deadLetters.queueArn;
    this.#stages = this.#makeStages(props, graph, handlers);
    const { stateMachine, compensation } = this.#makeStateMachine(
      orchestrator,
      compiled,
      serviceRightsOf(graph),
      handlers,
    );
    this.stateMachine = stateMachine;
    this.pipelineArn = this.stateMachine.stateMachineArn;

    checkResources(this, this.pipelineName, this.#stages.size);
    checkTemplate(this, definition.name);
    this.#requests = makeTriggers(new Construct(this, 'Triggers'), orchestrator, definition);
    const upstreams = Object.entries(definition.upstream);
    manifestParameter(this, orchestratorName, {
      pipeline: definition.name,
      stateMachineArn: this.pipelineArn,
      type: definition.type,
      definitionHash: compiled.hash,
      overhead: compactUsage(estimate(graph).heddle.happy.usage),
      ...(definition.deadline ? { deadline: definition.deadline } : {}),
      ...(compensation ? { compensationArn: compensation.stateMachineArn } : {}),
      ...(admission ? { admission } : {}),
      ...(uses ? { uses } : {}),
      ...(join ? { join } : {}),
      ...(when ? { when } : {}),
      ...(partitions ? { partitions } : {}),
      triggers: triggerNames(definition),
      ...(lowTriggers(definition).length > 0 ? { lowTriggers: lowTriggers(definition) } : {}),
      ...(keylessPoolsOf(definition).length > 0 ? { pools: keylessPoolsOf(definition) } : {}),
      upstream: Object.fromEntries(upstreams.map(([alias, { name }]) => [alias, name])),
      stages: compiled.stages,
      deadLetterQueueUrl: this.deadLetters.queueUrl,
      replayQueueUrl: this.replays.queueUrl,
    });
    const handlerOf = new Map([...this.#stages].map(([stage, { handler }]) => [stage, handler]));
    pipelineQueries(this, orchestratorName, definition.name, [...handlerOf.values()]);
    pipelineDashboard(this, {
      orchestrator: orchestratorName,
      pipeline: this,
      graph,
      deadLetters: this.deadLetters,
      handlers: handlerOf,
      widgets: orchestrator.monitoring.widgets,
      alarms: pipelineAlarms(this, orchestrator, this, this.deadLetters),
    });
  }

  /** A stage's function, by the stage's id; its fallback's by `<id>.fallback`. Throws for a stage that the pipeline does not have. */
  stage(id: string): StageFunction {
    const stage = this.#stages.get(id);
    if (stage) return stage;
    const known = [...this.#stages.keys()];
    const like = nearest(id, known);
    const hint = like ? `Did you mean ${like}?` : `It has ${known.join(', ')}.`;
    throw new Error(`${this.pipelineName} has no stage ${id}. ${hint}`);
  }

  /** Where `onRequest` listens: signed requests only. Undefined for a pipeline without it. */
  get requestUrl(): string | undefined {
    return this.#requests?.url;
  }

  protected requestFunction(): IFunction {
    if (this.#requests) return this.#requests.handler;
    throw new Error(`${this.pipelineName} takes no requests. Fix: add onRequest() to its triggers`);
  }

  #makeStages(
    { orchestrator, definition, stageDefaults }: PipelineProps,
    graph: PipelineGraph,
    handlers: string,
  ): ReadonlyMap<string, StageFunction> {
    orchestrator.bundles.add(this, handlerFiles(handlers, definition));
    const scope = new Construct(this, 'Stages');
    return new Map(
      functionsOf(graph).map((need) => [
        need.key,
        new StageFunction(scope, need.key.split('.').map(idOf).join(''), {
          orchestrator,
          pipeline: definition,
          need,
          entry: handlerFile(handlers, definition.name, need.stage.name),
          deadLetters: this.deadLetters,
          defaults: { ...orchestrator.stageDefaults, ...stageDefaults },
        }),
      ]),
    );
  }

  #makeStateMachine(
    { orchestratorName, operators, ledger, inbox, payloads, monitoring, bundles }: IOrchestrator,
    compiled: CompiledPipeline,
    rights: readonly ServiceRight[],
    handlers: string,
  ): CompiledStateMachine {
    // By its name: the machine names the functions already, and two that name each other cannot be made.
    const machine = names.stateMachine(orchestratorName, this.pipelineName);
    const machines = [machine, ...compiled.children.map(({ placeholder }) => childName(machine, placeholder))];
    const machineArns = machines.map((name) => stateMachineArn(this, name));
    // By placeholder: stages that share a function release latches each on its own.
    const releasing = new Set(compiled.releases.flatMap((id) => [`stage_${id}`, `fallback_${id}`]));
    for (const { placeholders, handler } of this.#stages.values())
      if (placeholders.some((placeholder) => releasing.has(placeholder.replace('_moreMemory', ''))))
        allow(handler, ['states:SendTaskSuccess'], machineArns);
    return new CompiledStateMachine(this, 'StateMachine', {
      stateMachineName: machine,
      compiled,
      rights,
      standIns: compiled.standIns.map(({ state, handler }) => ({
        state,
        functionName: names.stage(orchestratorName, this.pipelineName, state),
        code: bundles.code(handlerFile(handlers, this.pipelineName, handler)),
      })),
      tracing: monitoring.tracing,
      ledger,
      buckets: { inbox, payloads },
      functions: {
        ...Object.fromEntries(
          [...this.#stages.values()].flatMap(({ placeholders, handler }) =>
            placeholders.map((placeholder) => [placeholder, invokedFrom(this, handler)]),
          ),
        ),
        ...Object.fromEntries(
          compiled.operators.map((operator) => [`operator_${operator}`, invokedFrom(this, operators[operator])]),
        ),
      },
    });
  }
}
