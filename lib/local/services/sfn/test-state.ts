// TestState: runs one state by itself, with its result or error given instead of worked out where asked.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { EvaluationProblem, matchesError, StateError } from '../../states/errors.ts';
import { isObject, type Json, type JsonObject, type Payload } from '../../states/json.ts';
import { toleranceOf } from '../../states/machine/distributed.ts';
import { exceeded, thresholdExceeded } from '../../states/machine/distributed-children.ts';
import { Execution, type Host } from '../../states/machine/execution.ts';
import { Frame } from '../../states/machine/frame.ts';
import { caught, delaySeconds, type GuardedState, isGuarded } from '../../states/machine/guarded.ts';
import { inspectInput, inspectResult } from '../../states/machine/inspection.ts';
import { mapContext, STATE_DATA } from '../../states/machine/map-items.ts';
import { finish } from '../../states/machine/outcome.ts';
import { execute } from '../../states/machine/sequence.ts';
import { type Exit, Visit } from '../../states/machine/visit.ts';
import { NotJson, readJson } from '../../states/parse/json-text.ts';
import type { MapState, Sequence, State, TaskState } from '../../states/parse/machine.ts';
import { uuid } from '../../uuid.ts';
import { unlogged } from './express.ts';
import { invalidDefinition, type Machines } from './machines.ts';
import { checkRole, optionalText, parseInput, text } from './requests.ts';
import { contextOf, jsonOf, mocked } from './test-state-request.ts';

/** What AWS calls the state that is tested, in the context object and in causes. */
const ALONE = 'StateName';

interface Found {
  readonly state: State;
  readonly sequence: Sequence;
  /** The map that runs it for each item, if one does. */
  readonly map: MapState | undefined;
}

const findState = (sequence: Sequence, name: string, map?: MapState): Found | undefined => {
  const state = sequence.states.get(name);
  if (state) return { state, sequence, map };
  for (const inner of sequence.states.values()) {
    const below = inner.kind === 'Map' ? [inner.processor] : inner.kind === 'Parallel' ? inner.branches : [];
    for (const deeper of below) {
      const found = findState(deeper, name, inner.kind === 'Map' ? inner : map);
      if (found) return found;
    }
  }
  return undefined;
};

/** Throws InvalidDefinition. */
const definitionIn = (given: string): Json | undefined => {
  const json = readJson(given);
  if (!(json instanceof NotJson)) return json;
  const { message, location } = json;
  throw invalidDefinition([{ code: 'INVALID_JSON_DESCRIPTION', message, location, severity: 'ERROR' }]);
};

const shapeOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

export class StateTests {
  readonly #context: EngineContext;
  readonly #machines: Machines;
  readonly #host: () => Host;

  constructor(context: EngineContext, machines: Machines, host: () => Host) {
    this.#context = context;
    this.#machines = machines;
    this.#host = host;
  }

  async run(input: Shape): Promise<Shape> {
    const visit = this.#visit(input);
    const inspected: Shape = {};
    const answer = await this.#outcome(visit, input, inspected);
    const level = optionalText(input, 'inspectionLevel') ?? 'INFO';
    return { ...answer, ...(level !== 'INFO' && { inspectionData: inspected }) };
  }

  #visit(input: Shape): Visit {
    const definition = definitionIn(text(input, 'definition'));
    const whole = isObject(definition) && 'States' in definition;
    const name = optionalText(input, 'stateName') ?? ALONE;
    const source = whole ? definition : { StartAt: name, States: { [name]: definition } };
    const parsed = this.#machines.parse(JSON.stringify(source), false, !whole);
    if (!parsed.ok) throw invalidDefinition(parsed.diagnostics);
    const found = findState(parsed.machine, name);
    if (!found) throw new AwsError('ValidationException', 'State not found in definition');
    const payload = parseInput(optionalText(input, 'input') ?? '{}');
    const [execution, machine] = [uuid(() => this.#context.random()), uuid(() => this.#context.random())];
    const { region, account, clock } = this.#context;
    const place = `arn:aws:states:${region}:${account}`;
    const context = contextOf(found.state, input);
    const identity = {
      row: 0,
      arn: `${place}:express:${machine}:${execution}`,
      name: execution,
      revision: '',
      machineArn: `${place}:stateMachine:${machine}`,
      machineName: machine,
      roleArn: checkRole(optionalText(input, 'roleArn')) ?? '',
      express: true,
      startedAt: clock.now(),
      timedFrom: clock.now(),
      redriveCount: 0,
      input: payload,
      ...(context && { context }),
    };
    const run = new Execution(identity, parsed.machine, { ...this.#host(), journal: unlogged });
    const frame = new Frame(run, {
      id: 0,
      sequence: found.sequence,
      variables: jsonOf(input, 'variables', 'Variables') ?? {},
      lifetime: run.lifetime,
      cursor: 0,
      // AWS: a state of a map sees the first iteration, with its own input as the item.
      map: found.map && mapContext(0, payload.value, { source: STATE_DATA }),
    });
    const visit = new Visit(
      frame,
      { ...found.state, name: ALONE },
      payload,
      { id: 0, previous: 0, at: clock.now() },
      undefined,
    );
    visit.retryCount = Number(shapeOf(input.stateConfiguration).retrierRetryCount ?? 0);
    return visit;
  }

  async #outcome(visit: Visit, input: Shape, inspected: Shape): Promise<Shape> {
    const variables = Object.keys(visit.frame.variables);
    if (variables.length > 0) inspected.variables = JSON.stringify(visit.frame.variables);
    try {
      await inspectInput(visit, inspected, textOf(shapeOf(input.stateConfiguration).mapItemReaderData));
      const result = await this.#result(visit, input.mock);
      if (result) await checkTolerated(visit, result, shapeOf(input.stateConfiguration).mapIterationFailureCount);
      const exit = isGuarded(visit) && result ? await finish(visit, result) : await execute(visit, visit.state);
      const own = result ? result.value : visit.state.kind === 'Pass' ? visit.state.result : undefined;
      Object.assign(inspected, await inspectResult(visit, own, exit.output.value));
      return succeeded(exit, 'SUCCEEDED');
    } catch (thrown) {
      // AWS does not say here in which state.
      const problem =
        thrown instanceof EvaluationProblem ? new StateError(thrown.error, thrown.message) : visit.failure(thrown);
      const { error, reason } = problem;
      const told = { ...(error !== undefined && { error }), ...(reason !== undefined && { cause: reason }) };
      return { ...told, ...(isGuarded(visit) ? await recovered(visit, problem, inspected) : { status: 'FAILED' }) };
    }
  }

  /** The result of the state's work: the one that is given, or that of the call. Undefined for states that call nothing. */
  async #result(visit: Visit, mock: unknown): Promise<Payload | undefined> {
    if (!isGuarded(visit)) return undefined;
    const { result, errorOutput, fieldValidationMode } = shapeOf(mock);
    if (isObject(errorOutput)) throw new StateError(textOf(errorOutput.error), textOf(errorOutput.cause));
    if (typeof result === 'string') return mocked(visit.state, result, fieldValidationMode);
    if (visit.state.kind !== 'Task') throw new Error('a Map or Parallel has a mock');
    const raw: Visit<TaskState> = new Visit(visit.frame, bare(visit.state), visit.input, visit.entered, undefined);
    return (await execute(raw, raw.state)).output;
  }
}

/** The Task without what happens to its result, and without second chances. */
const bare = (state: TaskState): TaskState => ({
  ...state,
  flow: { ...state.flow, plainOutput: true },
  retry: [],
  catch: [],
});

/** Holds the number of failed iterations that was given against what the map says that it tolerates. AWS: one that says nothing tolerates all here. */
const checkTolerated = async (visit: Visit, result: Payload, failures: Json | undefined): Promise<void> => {
  const { state } = visit;
  if (state.kind !== 'Map' || !state.distribution || typeof failures !== 'number' || failures === 0) return;
  if (!state.distribution.toleratedCount && !state.distribution.toleratedPercentage) return;
  const tolerance = await toleranceOf(state.distribution, visit.scope(state.flow.input(visit.scope())));
  const total = Array.isArray(result.value) ? result.value.length : failures;
  if (exceeded(tolerance, failures, total)) throw thresholdExceeded();
};

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : undefined);

const succeeded = (exit: Exit, status: string): Shape => ({
  status,
  output: exit.output.text,
  ...(exit.next !== undefined && { nextState: exit.next }),
});

/** What Retry or Catch would do about an error. */
const recovered = async (visit: Visit<GuardedState>, problem: StateError, inspected: Shape): Promise<Shape> => {
  const { retry, catch: catchers } = visit.state;
  const retryIndex = retry.findIndex(({ errors }) => matchesError(errors, problem));
  const retrier = retry[retryIndex];
  if (retrier && visit.retryCount < retrier.maxAttempts) {
    const retryBackoffIntervalSeconds = delaySeconds(retrier, visit.retryCount, () => 1);
    inspected.errorDetails = { retryIndex, retryBackoffIntervalSeconds };
    return { status: 'RETRIABLE' };
  }
  if (retrier) inspected.errorDetails = { retryIndex };
  const catchIndex = catchers.findIndex(({ errors }) => matchesError(errors, problem));
  if (catchIndex < 0) return { status: 'FAILED' };
  inspected.errorDetails = { ...(retrier && { retryIndex }), catchIndex };
  return succeeded(await caught(visit, problem), 'CAUGHT_ERROR');
};
