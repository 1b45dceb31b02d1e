// Runs a frame from state to state until its sequence ends.
import { late } from '../../late-modules.ts';
import { StateError } from '../errors.ts';
import type { Variables } from '../expressions/scope.ts';
import type { Json, Payload } from '../json.ts';
import type { State } from '../parse/machine.ts';
import { stateEvents } from './event-names.ts';
import type { Frame } from './frame.ts';
import { carriedOn, isGuarded, recovered } from './guarded.ts';
import { forever } from './lifetime.ts';
import { type OpenCall, openCall } from './open-call.ts';
import type { RunFrame } from './run-frame.ts';
import { type Exit, type Progress, Visit } from './visit.ts';

// Most machines have few kinds of states.
const task = late<typeof import('./task.ts')>(import.meta.url, './task.ts');
const pass = late<typeof import('./pass.ts')>(import.meta.url, './pass.ts');
const choice = late<typeof import('./choice.ts')>(import.meta.url, './choice.ts');
const wait = late<typeof import('./wait.ts')>(import.meta.url, './wait.ts');
const succeed = late<typeof import('./succeed.ts')>(import.meta.url, './succeed.ts');
const fail = late<typeof import('./fail.ts')>(import.meta.url, './fail.ts');
const map = late<typeof import('./map.ts')>(import.meta.url, './map.ts');
const parallel = late<typeof import('./parallel.ts')>(import.meta.url, './parallel.ts');

/** A machine of nothing but Pass and Choice may loop for ever: after this many states in a turn, others get one. */
const STATES_PER_TURN = 500;

const stateOf = (frame: Frame, name: string): State => {
  const state = frame.sequence.states.get(name);
  if (state === undefined) throw new StateError('States.Runtime', `There is no state '${name}'.`);
  return state;
};

const enter = (frame: Frame, state: State, input: Payload): Visit => {
  const previous = frame.cursor;
  const id = frame.event(stateEvents[state.kind].entered, { input: input.text, name: state.name });
  return new Visit(frame, state, input, { id, previous, at: frame.execution.lastAt }, undefined);
};

/** Runs the state that is visited, once. `progress`: what there is of this attempt already, from before a restart. */
export const execute = (visit: Visit, state: State, progress?: Progress): Promise<Exit> => {
  switch (state.kind) {
    case 'Task':
      return task().runTask(visit as Visit<typeof state>, progress);
    case 'Pass':
      return pass().runPass(visit as Visit<typeof state>);
    case 'Choice':
      return choice().runChoice(visit as Visit<typeof state>);
    case 'Wait':
      return wait().runWait(visit as Visit<typeof state>);
    case 'Succeed':
      return succeed().runSucceed(visit as Visit<typeof state>);
    case 'Fail':
      return fail().runFail(visit as Visit<typeof state>);
    case 'Parallel':
      return parallel().runParallel(visit as Visit<typeof state>, runFrame, progress);
    case 'Map':
      return map().runMap(visit as Visit<typeof state>, runFrame, progress);
  }
};

const carryOn = async (visit: Visit, state: State, progress: Progress): Promise<Exit> =>
  execute(visit, state, isGuarded(visit) ? await carriedOn(visit, progress) : progress);

const texts = (visit: Visit, variables: Variables): Record<string, string> => {
  const textOf = ([name, value]: [string, Json]) => [name, JSON.stringify(value)];
  try {
    return Object.fromEntries(Object.entries(variables).map(textOf));
  } catch (thrown) {
    throw visit.failure(thrown);
  }
};

const leave = (visit: Visit, exit: Exit): void => {
  const { frame, state } = visit;
  frame.inside = undefined;
  const { assign, next } = exit;
  const told = { name: state.name, output: exit.output.text };
  frame.event(
    stateEvents[state.kind].exited,
    assign === undefined ? told : { assignedVariables: texts(visit, assign), ...told },
    next === undefined ? undefined : { next },
  );
  if (assign !== undefined) frame.variables = { ...frame.variables, ...assign };
};

/** No time passes meanwhile: of an Express execution nothing else holds the clock. */
const turn = (frame: Frame): Promise<void> =>
  frame.lifetime.until((resolve) => {
    const release = frame.execution.host.clock.hold();
    const immediate = setImmediate(() => {
      resolve();
      release();
    });
    return () => {
      clearImmediate(immediate);
      release();
    };
  });

/** Gives the output of the last state. Throws StateError where the sequence fails. */
export const runFrame: RunFrame = async (frame, input, resumed) => {
  if (resumed?.output) return resumed.output;
  let name = resumed?.state?.name ?? resumed?.next ?? frame.sequence.startAt;
  let current = resumed?.state || resumed?.next ? resumed.input : input;
  let visit = resumed?.state
    ? new Visit(frame, stateOf(frame, name), current, { ...resumed.state, id: resumed.state.entered }, resumed.progress)
    : undefined;
  for (let count = 1; ; count++) {
    const state = stateOf(frame, name);
    visit ??= enter(frame, state, current);
    frame.inside = state.kind;
    let exit: Exit;
    let call: OpenCall | undefined;
    try {
      const first = state.kind === 'Task' ? openCall(visit as Visit<typeof state>) : undefined;
      if (first === undefined)
        exit = await (visit.progress ? carryOn(visit, state, visit.progress) : execute(visit, state));
      else {
        const written = first.schedule();
        if (written !== undefined) {
          await written;
          if (frame.lifetime.ended) return forever();
        }
        call = first;
        let answer: unknown;
        for (; ; count++) {
          try {
            const returned = call.make();
            call.prepare();
            answer = await returned;
          } catch (thrown) {
            if (frame.lifetime.ended) return call.dropped();
            return call.failed(thrown);
          }
          if (frame.lifetime.ended) return call.dropped();
          const following: OpenCall | undefined = count % STATES_PER_TURN === 0 ? undefined : call.handOver(answer);
          if (following === undefined) break;
          call = following;
        }
        const left = call.exit(answer);
        exit = left instanceof Promise ? await left : left;
        if (exit.isTold) return exit.output;
        visit = call.visit;
      }
    } catch (thrown) {
      visit = call?.visit ?? visit;
      exit = await recovered(visit, thrown, execute);
    }
    if (state.kind === 'Fail') throw new Error('a Fail state does not return');
    leave(visit, exit);
    if (exit.next === undefined) return exit.output;
    name = exit.next;
    current = exit.output;
    visit = undefined;
    if (count % STATES_PER_TURN === 0) await turn(frame);
  }
};
