// Names of the resources that a person, the CLI or another stack finds by name. Neither an orchestrator's name nor a
// pipeline's holds a hyphen, so `<orchestrator>-*` never reaches into another orchestrator, and no two names here clash.
import { stageFunctionName } from '../records/index.ts';

export const names = {
  eventBus: (orchestrator: string) => orchestrator,
  startQueue: (orchestrator: string) => `${orchestrator}-start`,
  startDeadLetterQueue: (orchestrator: string) => `${orchestrator}-start-failed`,
  undeliveredQueue: (orchestrator: string) => `${orchestrator}-undelivered`,
  operator: (orchestrator: string, operator: string) => `${orchestrator}-${operator}`,
  stateMachine: (orchestrator: string, pipeline: string) => `${orchestrator}-${pipeline}`,
  replayQueue: (orchestrator: string, pipeline: string) => `${orchestrator}-${pipeline}-replay`,
  deadLetterQueue: (orchestrator: string, pipeline: string) => `${orchestrator}-${pipeline}-dead-letters`,
  stage: stageFunctionName,
  /** No key of a stage's function ends so. */
  requests: (orchestrator: string, pipeline: string) => `${orchestrator}-${pipeline}-on-request`,
  trigger: (orchestrator: string, pipeline: string, trigger: string) => `${orchestrator}-${pipeline}-${trigger}`,
} as const;

/** Lambda's, EventBridge's and Scheduler's limit for a name, the tightest of those above. */
export const longestName = 64;

/** What may stand for a name in `names`. */
export const nameForm = /^[a-z][A-Za-z0-9]*$/;

/** The construct id of a name: `scoreReview` is `ScoreReview`. */
export const idOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
