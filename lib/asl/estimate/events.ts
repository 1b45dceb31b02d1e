// How many events a state leaves in an execution's history. test/asl/estimate holds each count against the local engine's.
import { type AslState, isDistributed } from './machine.ts';

/** `ExecutionStarted`, and how it ended. */
export const eventsOfExecution = 2;

/** The 25,000th event of a Standard execution is its failure. */
export const mostEvents = 25_000;

/** Of one entry into the state; the events of what is inside a Parallel or Map come on top. */
export const eventsOf = (state: AslState, attempts: number, iterations: number): number => {
  switch (state.Type) {
    case 'Fail':
      return 1; // entered
    case 'Task':
      return 2 + attempts * eventsOfCall(state.Resource ?? '');
    case 'Parallel':
      return 2 + attempts * 2; // started, succeeded or failed
    case 'Map':
      // A Map Run starts and ends besides; its children have histories of their own.
      return 2 + attempts * (2 + (isDistributed(state) ? 2 : 2 * iterations));
    default:
      return 2; // entered, exited
  }
};

/** Scheduled, started, ended; whoever waits for more than the answer is also told that the call was submitted. */
const eventsOfCall = (resource: string): number => (/\.(sync(:2)?|waitForTaskToken)$/.test(resource) ? 4 : 3);
