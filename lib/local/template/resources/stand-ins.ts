// The Tasks of a machine that call what this engine does not run: a function stands in for some, the others fail when they come to it.
import { isShape } from '../../field-reader.ts';
import { AwsError, type Shape } from '../../service.ts';
import { WAIT_FOR_TOKEN } from '../../states/integrations/pattern.ts';
import { isImplemented } from '../../states/integrations/resolve.ts';

export interface StoodIn {
  readonly definition: string;
  /** Which they are, in words. */
  readonly notices: readonly string[];
}

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/**
 * A Task that waits for a token, calling a function instead. It gets what the call would, the token where its arguments have that, and
 * the Task waits on: SendTaskSuccess is the answer.
 */
const waiting = (state: Shape, FunctionName: string, language: unknown): Shape => {
  const Resource = `arn:aws:states:::lambda:invoke${WAIT_FOR_TOKEN}`;
  const { Arguments, Parameters } = state;
  if ((state.QueryLanguage ?? language ?? 'JSONPath') !== 'JSONPath')
    return { ...state, Resource, Arguments: { FunctionName, Payload: Arguments ?? '{% $states.input %}' } };
  const payload = Parameters === undefined ? { 'Payload.$': '$' } : { Payload: Parameters };
  return { ...state, Resource, Parameters: { FunctionName, ...payload } };
};

/** The definition with the functions in the place of what the states of these names call. Without any it is the same text. */
export const withStandIns = (
  machine: string,
  definition: string,
  standIns: { readonly [state: string]: string },
): StoodIn => {
  const given = parsed(definition);
  const language = isShape(given) ? given.QueryLanguage : undefined;
  const notices: string[] = [];
  const stoodIn = new Set<string>();
  const task = (name: string, state: Shape): Shape => {
    const { Resource: resource } = state;
    if (state.Type !== 'Task' || typeof resource !== 'string') return state;
    const functionArn = Object.hasOwn(standIns, name) ? standIns[name] : undefined;
    if (functionArn === undefined) {
      if (!isImplemented(resource))
        notices.push(
          `${machine}: ${name} calls ${resource}, which is not here: it fails (HDL520), as nothing stands in for it`,
        );
      return state;
    }
    stoodIn.add(name);
    notices.push(`${machine}: ${name} calls ${functionArn.split(':').at(-1)}, which stands in for ${resource}`);
    return resource.endsWith(WAIT_FOR_TOKEN)
      ? waiting(state, functionArn, language)
      : { ...state, Resource: functionArn };
  };
  const within = (level: unknown): unknown => {
    if (!isShape(level) || !isShape(level.States)) return level;
    const states = Object.entries(level.States).map(([name, state]) => {
      if (!isShape(state)) return [name, state];
      const { Branches, ItemProcessor, Iterator } = state;
      return [
        name,
        {
          ...task(name, state),
          ...(Branches !== undefined && { Branches: listOf(Branches).map(within) }),
          ...(ItemProcessor !== undefined && { ItemProcessor: within(ItemProcessor) }),
          ...(Iterator !== undefined && { Iterator: within(Iterator) }),
        },
      ];
    });
    return { ...level, States: Object.fromEntries(states) };
  };
  const changed = within(given);
  const missing = Object.keys(standIns).find((name) => !stoodIn.has(name));
  if (missing !== undefined)
    throw new AwsError('InvalidDefinition', `a function stands in for ${missing}, which is no Task of it`);
  return { definition: stoodIn.size > 0 ? JSON.stringify(changed) : definition, notices };
};

const parsed = (definition: string): unknown => {
  try {
    return JSON.parse(definition);
  } catch {
    return undefined; // Step Functions says what is wrong with it
  }
};
