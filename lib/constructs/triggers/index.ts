// What starts runs of a pipeline by itself, as rules and schedules that send start messages.
import type { Construct } from 'constructs';
import type { Pipeline as PipelineDefinition } from '../../definition/index.ts';
import type { IOrchestrator } from '../shared.ts';
import { objectTrigger } from './object-trigger.ts';
import { scheduleTrigger } from './schedule-trigger.ts';
import { upstreamTrigger } from './upstream-trigger.ts';

/** Makes the triggers of a pipeline in `scope`, counted by kind in the order of the definition: `Object1`, `Schedule1`. */
export const makeTriggers = (scope: Construct, orchestrator: IOrchestrator, definition: PipelineDefinition): void => {
  const { name, triggers, upstream } = definition;
  let objects = 0;
  let schedules = 0;
  for (const trigger of triggers) {
    switch (trigger.kind) {
      case 'object':
        objects += 1;
        objectTrigger(scope, `Object${objects}`, orchestrator, name, trigger);
        break;
      case 'schedule':
        schedules += 1;
        scheduleTrigger(scope, `Schedule${schedules}`, orchestrator, name, trigger);
        break;
    }
  }
  const upstreams = Object.values(upstream).map((pipeline) => pipeline.name);
  if (upstreams.length > 0) upstreamTrigger(scope, 'Upstream', orchestrator, name, upstreams);
};
