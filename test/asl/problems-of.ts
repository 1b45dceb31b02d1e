// All that can be wrong with an emitted machine before it runs: one check for goldens, shipped and random pipelines.
import { createRequire } from 'node:module';
import { innerMachines, type Machine, nextOf } from './sample.ts';
import { variableProblems } from './variables.ts';

// asl-validator ships no types.
const validate = createRequire(import.meta.url)('asl-validator') as (definition: unknown) => {
  readonly errors: readonly unknown[];
};

/** AWS: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const longestName = 80;

/** Every problem, each naming the state. `machine` has its placeholders filled in. */
export const problemsOf = (machine: Machine): readonly string[] => [
  ...validate(machine).errors.map((error) => `asl-validator: ${JSON.stringify(error)}`),
  ...shapeProblems(machine),
  ...variableProblems(machine),
];

const shapeProblems = (machine: Machine): readonly string[] => {
  const problems: string[] = [];
  const seen = new Set<string>();
  const visit = (inner: Machine): void => {
    const reached = reachable(inner);
    for (const [name, state] of Object.entries(inner.States)) {
      if (seen.has(name)) problems.push(`${name}: two states have this name`);
      seen.add(name);
      if (name.length > longestName) problems.push(`${name}: the name has ${name.length} characters`);
      if (!reached.has(name)) problems.push(`${name}: nothing leads here`);
      for (const next of nextOf(state))
        if (!inner.States[next]) problems.push(`${name}: leads to ${next}, which is not`);
      for (const each of innerMachines(state)) visit(each);
    }
  };
  visit(machine);
  return problems;
};

const reachable = (machine: Machine): ReadonlySet<string> => {
  const found = new Set<string>([machine.StartAt]);
  for (const name of found) for (const next of nextOf(machine.States[name] ?? {})) found.add(next);
  return found;
};
