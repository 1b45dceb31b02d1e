import { compile } from '../../asl/index.ts';
import { graphOf } from '../../graph/index.ts';
import type { Json } from '../../records/index.ts';
import { nearest } from '../../support/nearest.ts';
import { checkedPipeline } from '../checked-pipeline.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { print, printJson, remark } from '../setting.ts';

export const asl: Command = {
  words: 'asl',
  says: 'print the state machine that ships, and its hash on stderr',
  operands: [{ name: 'pipeline', required: true }],
  options: {
    state: { value: 'NAME', says: 'only this state, wherever it is nested' },
    json: { says: 'on one line' },
  },
  run: async (given, setting) => {
    const pipeline = await checkedPipeline(setting, given.operands[0] ?? '');
    const { definition, hash } = compile(graphOf(pipeline));
    const machine: Json = JSON.parse(definition);
    const name = given.text('state');
    const shown = name === undefined ? machine : stateOf(machine, name, pipeline.name);
    if (given.has('json')) printJson(setting, [shown]);
    else print(setting, [JSON.stringify(shown, null, 2)]);
    remark(setting, [`definition ${hash}`]);
    return 0;
  },
};

/** Throws CliError HDL607. */
const stateOf = (machine: Json, name: string, pipeline: string): Json => {
  const states = statesIn(machine);
  const found = states.get(name);
  if (found !== undefined) return found;
  const known = [...states.keys()];
  const near = nearest(name, known);
  throw new CliError(
    'HDL607',
    2,
    `the definition of ${pipeline} has no state '${name}'`,
    `one of ${known.join(', ')}`,
    near ? `did you mean ${near}?` : 'correct the name',
  );
};

/** Every state by name, in Parallel branches and Maps too; names are unique in a machine. */
const statesIn = (value: Json): ReadonlyMap<string, Json> => {
  const found = new Map<string, Json>();
  const visit = (inner: Json): void => {
    if (typeof inner !== 'object' || inner === null) return;
    if ('States' in inner && 'StartAt' in inner && inner.States) {
      for (const [name, state] of Object.entries(inner.States)) found.set(name, state);
    }
    for (const next of Object.values(inner)) visit(next);
  };
  visit(value);
  return found;
};
