// What starts runs of a pipeline by itself, as rules and schedules that send start messages.
import type { Construct } from 'constructs';
import type { Pipeline as PipelineDefinition } from '../../definition/index.ts';
import type { IOrchestrator } from '../shared.ts';
import { eventTrigger } from './event-trigger.ts';
import { inputSchema } from './input-schema.ts';
import { namedTriggers } from './names.ts';
import { objectTrigger } from './object-trigger.ts';
import { queueTrigger } from './queue-trigger.ts';
import { type RequestFunction, requestTrigger } from './request-trigger.ts';
import { scheduleTrigger } from './schedule-trigger.ts';
import { upstreamTrigger } from './upstream-trigger.ts';

export { lowTriggers, triggerNames } from './names.ts';

export type { RequestFunction } from './request-trigger.ts';

/** Makes the triggers of a pipeline in `scope`. Gives what answers requests, where it has that. */
export const makeTriggers = (
  scope: Construct,
  orchestrator: IOrchestrator,
  definition: PipelineDefinition,
): RequestFunction | undefined => {
  const { name, upstream, triggers } = definition;
  let requests: RequestFunction | undefined;
  for (const { id, trigger } of namedTriggers(definition)) {
    switch (trigger.kind) {
      case 'object':
        objectTrigger(scope, id, orchestrator, name, trigger);
        break;
      case 'event':
        eventTrigger(scope, id, orchestrator, name, trigger);
        break;
      case 'queue':
        queueTrigger(scope, id, orchestrator, name, trigger);
        break;
      case 'schedule':
        scheduleTrigger(scope, id, orchestrator, name, trigger);
        break;
      case 'request':
        requests = requestTrigger(scope, id, orchestrator, name, trigger);
        break;
    }
  }
  const takesEvents = triggers.some(({ kind }) => kind === 'event' || kind === 'queue');
  const readers = [...(takesEvents ? [orchestrator.operators.dispatch] : []), ...(requests ? [requests.handler] : [])];
  if (readers.length > 0) inputSchema(scope, orchestrator, definition, readers);
  const upstreams = Object.values(upstream).map((pipeline) => pipeline.name);
  if (upstreams.length > 0) upstreamTrigger(scope, 'Upstream', orchestrator, name, upstreams);
  return requests;
};
