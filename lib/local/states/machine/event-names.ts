// The types of events, made once: a name that is put together is a new string each time, to be hashed anew by who looks it up.
import type { Integration } from '../integrations/integration.ts';
import type { State } from '../parse/machine.ts';

interface StateEvents {
  readonly entered: string;
  readonly exited: string;
}

const ofState = (kind: State['kind']): StateEvents => ({
  entered: `${kind}StateEntered`,
  exited: `${kind}StateExited`,
});

export const stateEvents: { readonly [kind in State['kind']]: StateEvents } = {
  Task: ofState('Task'),
  Pass: ofState('Pass'),
  Choice: ofState('Choice'),
  Wait: ofState('Wait'),
  Succeed: ofState('Succeed'),
  Fail: ofState('Fail'),
  Parallel: ofState('Parallel'),
  Map: ofState('Map'),
};

interface TaskEvents {
  readonly scheduled: string;
  readonly started: string;
  readonly succeeded: string;
  readonly failed: string;
  readonly timedOut: string;
}

const ofTask = (prefix: Integration['events']): TaskEvents => ({
  scheduled: `${prefix}Scheduled`,
  started: `${prefix}Started`,
  succeeded: `${prefix}Succeeded`,
  failed: `${prefix}Failed`,
  timedOut: `${prefix}TimedOut`,
});

export const taskEvents: { readonly [prefix in Integration['events']]: TaskEvents } = {
  Task: ofTask('Task'),
  LambdaFunction: ofTask('LambdaFunction'),
  Activity: ofTask('Activity'),
};
