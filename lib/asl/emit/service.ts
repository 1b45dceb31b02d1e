import type { ServiceNode } from '../../definition/index.ts';
import { jobOf, type ServicePoll } from '../../graph/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage } from '../control.ts';
import { stageRetry } from '../retry.ts';
import { caught, unchanged, withControlInstead } from './flow-state.ts';
import { operator } from './operator.ts';
import type { Emission, Piece, State } from './piece.ts';
import { stageFailed } from './stage-failed.ts';

/** The states of a stage that call AWS. */
export const statesThatCall = ({ id, service }: ServiceNode): readonly string[] =>
  (jobOf(service)?.poll ? ['call', 'look', 'stop'] : ['call']).map((part) => `${id}.${part}`);

/** `settle` gives the arguments, from the ledger; the call; `settle` records what it answered. */
export const emitService = (node: ServiceNode, next: string | null, emission: Emission): Piece => {
  const { id } = node;
  const [due, call, done, failed] = [`${id}.due`, `${id}.call`, `${id}.done`, `${id}.failed`];
  const control = controlOfStage(id, emission.needs);
  const { poll } = jobOf(node.service) ?? {};
  const facts = { run: '{% $states.input.run %}', stage: id };
  const opened = operator(
    'settle',
    {
      action: 'serviceOpened',
      ...facts,
      bind: constant(node.bind),
      after: node.after,
      chosen: '{% $states.input.chosen %}',
      // The execution that this state is in: that of a part, where the machine would be too large.
      ...(poll ? { jobIn: '{% $states.context.Execution.Id %}' } : {}),
    },
    "{% $merge([$states.input, {'service': $states.result.Payload}]) %}",
    due,
  );
  return {
    start: id,
    states: {
      [id]: { ...opened, Catch: [caught(failed)] },
      // Skipped, or called before: `done` tells which.
      [due]: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input.service.call %}', Next: call }],
        Default: done,
      },
      [call]: {
        Type: 'Task',
        Resource: `arn:aws:states:::${poll?.start ?? node.service}`,
        Arguments: '{% $states.input.service.arguments %}',
        Output: poll
          ? `{% $merge([$states.input, {'service': {'result': $states.result, 'until': $millis() + ${node.timeoutSeconds * 1_000}}}]) %}`
          : "{% $merge([$states.input, {'service': {'result': $states.result}}]) %}",
        TimeoutSeconds: poll ? callSeconds : node.timeoutSeconds,
        Retry: stageRetry(node.retry),
        Catch: [caught(failed)],
        Next: poll ? `${id}.pause` : done,
      },
      ...(poll ? pollStates(node, poll, done, failed) : {}),
      [done]: {
        ...operator(
          'settle',
          { action: 'serviceDone', ...facts, service: '{% $states.input.service %}', control: constant(control) },
          withControlInstead(id, control),
          next,
        ),
        Catch: [caught(failed)],
      },
      [failed]: stageFailed({ id, bind: node.bind }, control, next, emission),
    },
  };
};

/** Of a call that only starts a job, or asks how it is. */
const callSeconds = 60;
/** A job is asked after so often in the time that it has: the run's history stays short, however long that is. */
const looks = 200;
const shortestPause = 30;

/**
 * Asks how a job is until it has ended, its time is over, or it cannot be asked after: then it is told to stop, as AWS does with the jobs
 * that it follows.
 */
const pollStates = (
  { id, timeoutSeconds, retry }: ServiceNode,
  poll: ServicePoll,
  done: string,
  failed: string,
): { readonly [name: string]: State } => {
  const [pause, look, ended] = [`${id}.pause`, `${id}.look`, `${id}.ended`];
  const [stop, broken] = [`${id}.stop`, `${id}.broken`];
  const job = { [poll.asked]: `{% $states.input.service.result.${poll.given} %}` };
  const isOneOf = (values: readonly string[]): string =>
    `$states.input.service.result.Status in ${JSON.stringify(values)}`;
  const cause = `${JSON.stringify(`the job of ${id} is `)} & $states.input.service.result.Status & ' ' & $states.input.service.result.Message`;
  return {
    [pause]: { Type: 'Wait', Seconds: Math.max(shortestPause, Math.ceil(timeoutSeconds / looks)), Next: look },
    [look]: {
      Type: 'Task',
      Resource: `arn:aws:states:::${poll.look}`,
      Arguments: job,
      Output:
        "{% $merge([$states.input, {'service': {'result': $states.result, 'until': $states.input.service.until}}]) %}",
      TimeoutSeconds: callSeconds,
      Retry: stageRetry(retry),
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Output:
            "{% $merge([$states.input, {'service': $merge([$states.input.service, {'failure': $states.errorOutput}])}]) %}",
          Next: stop,
        },
      ],
      Next: ended,
    },
    [ended]: {
      Type: 'Choice',
      Choices: [
        { Condition: `{% ${isOneOf(poll.done)} %}`, Next: done },
        { Condition: `{% ${isOneOf(poll.running)} and $millis() < $states.input.service.until %}`, Next: pause },
        { Condition: `{% ${isOneOf(poll.running)} %}`, Next: stop },
      ],
      Default: broken,
    },
    [stop]: {
      Type: 'Task',
      Resource: `arn:aws:states:::${poll.stop}`,
      Arguments: job,
      Output: unchanged,
      TimeoutSeconds: callSeconds,
      Retry: stageRetry(retry),
      // It has ended at this moment, or nobody could be told: the stage fails either way.
      Catch: [{ ErrorEquals: ['States.ALL'], Output: unchanged, Next: broken }],
      Next: broken,
    },
    [broken]: {
      Type: 'Pass',
      Output: `{% $merge([$states.input, {'failure': $exists($states.input.service.failure) ? $states.input.service.failure : {'Error': $millis() < $states.input.service.until ? 'States.TaskFailed' : 'States.Timeout', 'Cause': ${cause}}}]) %}`,
      Next: failed,
    },
  };
};
