import { EventField, Match, Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { runEvents } from '../../records/index.ts';
import { names } from '../names.ts';
import type { IOrchestrator } from '../shared.ts';
import { startTarget } from './start-target.ts';

/** A rule that asks for a run whenever one of the upstream pipelines completes one; `dispatch` waits for the last. */
export const upstreamTrigger = (
  scope: Construct,
  id: string,
  orchestrator: IOrchestrator,
  pipeline: string,
  upstreams: readonly string[],
): Rule =>
  new Rule(scope, id, {
    ruleName: names.trigger(orchestrator.orchestratorName, pipeline, id.toLowerCase()),
    description: `Starts ${pipeline} after ${upstreams.join(', ')}`.slice(0, 512),
    eventBus: orchestrator.eventBus,
    eventPattern: {
      source: [runEvents.source],
      detailType: [runEvents.completed],
      // What a backfill sets off is in its plan.
      detail: { pipeline: [...new Set(upstreams)], backfill: Match.doesNotExist() },
    },
    targets: [
      startTarget(orchestrator, { kind: 'upstream', pipeline, event: { detail: EventField.fromPath('$.detail') } }),
    ],
  });
