// The Tasks of a machine that call what this engine does not run: a function stands in for some, the others fail when they come to it.
import { isShape } from '../../field-reader.ts';
import { AwsError, type Shape } from '../../service.ts';
import { isImplemented } from '../../states/integrations/resolve.ts';

export interface StoodIn {
  readonly definition: string;
  /** Which they are, in words. */
  readonly notices: readonly string[];
}

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** The definition with the functions in the place of what the states of these names call. Without any it is the same text. */
export const withStandIns = (
  machine: string,
  definition: string,
  standIns: { readonly [state: string]: string },
): StoodIn => {
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
    return { ...state, Resource: functionArn };
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
  const changed = within(parsed(definition));
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
