// Resources that have a name, and an ARN that is made with them: connections and API destinations.
import { arnOf } from '../../arn.ts';
import type { OperationTable } from '../../operation-table.ts';
import { pageOf } from '../../page.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { uuid } from '../../uuid.ts';
import { pageAsked, read } from './rule.ts';

export type Named<Settings> = Settings & {
  readonly name: string;
  readonly arn: string;
  readonly madeMs: number;
  readonly changedMs: number;
};

export interface Kind<Settings> {
  readonly what: 'Connection' | 'ApiDestination';
  readonly state: string;
  readonly table: string;
  /** What Create and Update say; in an update what is not said stays. */
  settingsOf(input: Shape, before: Settings | undefined): Settings;
  /** As List gives it. */
  listed(settings: Settings): Shape;
  /** What only Describe gives. */
  described?(settings: Settings): Shape;
}

export interface NamedResources<Settings> {
  readonly operations: OperationTable;
  find(arn: unknown): Named<Settings> | undefined;
}

/** Create, Update, Describe, List and Delete of a kind. */
export const namedResources = <Settings extends object>(
  context: EngineContext,
  { what, state, table, settingsOf, listed, described }: Kind<Settings>,
): NamedResources<Settings> => {
  const all = storedMap<Named<Settings>>(context.database, table);
  const path = what === 'Connection' ? 'connection' : 'api-destination';
  const answer = ({ arn, madeMs, changedMs }: Named<Settings>, is = state): Shape => ({
    [`${what}Arn`]: arn,
    [`${what}State`]: is,
    CreationTime: madeMs / 1_000,
    LastModifiedTime: changedMs / 1_000,
  });
  const shown = (resource: Named<Settings>): Shape => ({
    ...answer(resource),
    Name: resource.name,
    ...listed(resource),
  });
  const named = (input: Shape): Named<Settings> => {
    const name = read.text(input, 'Name');
    const found = all.get(name);
    if (found === undefined) throw new AwsError('ResourceNotFoundException', `${what} ${name} does not exist.`);
    return found;
  };
  const put = (resource: Named<Settings>): Shape => {
    all.set(resource.name, resource);
    return answer(resource);
  };
  return {
    find: (arn) => all.values().find((each) => each.arn === arn),
    operations: {
      [`Create${what}`]: (input) => {
        const name = read.text(input, 'Name');
        if (all.has(name)) throw new AwsError('ResourceAlreadyExistsException', `${what} ${name} already exists.`);
        const now = context.clock.now();
        const arn = arnOf(context, 'events', `${path}/${name}/${uuid(context.random)}`);
        return put({ ...settingsOf(input, undefined), name, arn, madeMs: now, changedMs: now });
      },
      [`Update${what}`]: (input) => {
        const before = named(input);
        return put({ ...before, ...settingsOf(input, before), changedMs: context.clock.now() });
      },
      [`Describe${what}`]: (input) => {
        const found = named(input);
        return { ...shown(found), ...described?.(found) };
      },
      [`List${what}s`]: (input) => {
        const prefix = read.optionalText(input, 'NamePrefix') ?? '';
        const found = all.values().filter(({ name }) => name.startsWith(prefix));
        const { items, next } = pageOf(found, ({ name }) => name, pageAsked(input));
        return { [`${what}s`]: items.map(shown), ...(next !== undefined && { NextToken: next }) };
      },
      [`Delete${what}`]: (input) => {
        const found = named(input);
        all.delete(found.name);
        return what === 'Connection' ? answer(found, 'DELETING') : {};
      },
    },
  };
};
