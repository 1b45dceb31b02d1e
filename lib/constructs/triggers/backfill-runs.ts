import { EventField, Match, Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { runEvents } from '../../records/index.ts';
import { names } from '../names.ts';
import type { IOrchestrator } from '../shared.ts';
import { startTarget } from './start-target.ts';

/** A rule that has a backfill go on whenever one of its runs ends. */
export const backfillRuns = (scope: Construct, orchestrator: IOrchestrator): Rule =>
  new Rule(scope, 'BackfillRuns', {
    ruleName: names.operator(orchestrator.orchestratorName, 'backfill-runs'),
    description: 'Ends of runs that are part of a backfill',
    eventBus: orchestrator.eventBus,
    eventPattern: {
      source: [runEvents.source],
      detailType: [runEvents.completed, runEvents.failed],
      detail: { backfill: Match.exists() },
    },
    targets: [
      startTarget(orchestrator, {
        kind: 'advance',
        backfill: EventField.fromPath('$.detail.backfill'),
        pipeline: EventField.fromPath('$.detail.pipeline'),
        run: EventField.fromPath('$.detail.run'),
      }),
    ],
  });
