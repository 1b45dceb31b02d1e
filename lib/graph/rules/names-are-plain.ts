import { isHandled } from '../../definition/index.ts';
import { poolUsersOf } from '../pools.ts';
import { placesIn } from '../read.ts';
import type { Rule } from './rule.ts';

const longest = 60;
/** States of every machine, and names that every JavaScript object has, which a look-up would find where there is none. */
const reserved: readonly string[] = [
  'begin',
  'finish',
  'constructor',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  'toString',
  'valueOf',
];

/**
 * HDL106: a name of a pipeline, stage, choice, upstream, stand-in or pool that is not a lower-case letter followed by letters and digits,
 * is longer than 60 characters, or is reserved. The name is also that of a state, a file, a metric dimension and a Lambda; a
 * pool's is part of a key and of the rights on it. Fix: rename it.
 */
export const namesArePlain: Rule = ({ graph: { pipeline } }) => {
  const places = placesIn(pipeline.flow);
  const stages = new Set(places.flatMap(({ node }) => (isHandled(node) ? [node.stage.name] : [])));
  const ids = places.map(({ id }) => id);
  const pools = new Map(poolUsersOf(pipeline).map(({ pool: { name }, stage }) => [name, stage]));
  const named = [
    { what: 'pipeline', name: pipeline.name, at: pipeline.name },
    ...Object.keys(pipeline.upstream).map((name) => ({ what: 'upstream', name, at: pipeline.name })),
    ...[...new Set([...ids, ...stages])].map((name) => ({
      what: ids.includes(name) && !stages.has(name) ? 'id' : 'stage',
      name,
      at: `${pipeline.name}.${name}`,
    })),
    ...places.flatMap(({ id, node }) =>
      node.kind === 'service' && node.standIn !== undefined
        ? [{ what: 'stand-in', name: node.standIn, at: `${pipeline.name}.${id}` }]
        : [],
    ),
    ...[...pools].map(([name, stage]) => ({ what: 'pool', name, at: `${pipeline.name}.${stage}` })),
  ];
  return named.flatMap(({ what, name, at }) => {
    const problem = problemOf(name);
    if (!problem) return [];
    return [{ code: 'HDL106', severity: 'error', at, message: `the ${what} name ${problem.found}`, fix: problem.fix }];
  });
};

const problemOf = (name: string): { readonly found: string; readonly fix: string } | undefined => {
  if (reserved.includes(name)) return { found: `'${name}' is taken by Heddle itself`, fix: 'choose another name' };
  if (name.length > longest)
    return { found: `has ${name.length} characters`, fix: `shorten it to ${longest} or fewer` };
  if (/^[a-z][A-Za-z0-9]*$/.test(name)) return undefined;
  const camel = name
    .replaceAll(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => (next ?? '').toUpperCase())
    .replace(/^\d+/, '')
    .replace(/^[A-Z]/, (first) => first.toLowerCase());
  return {
    found: `'${name}' is not a lower-case letter followed by letters and digits`,
    fix: camel ? `call it ${camel}` : 'choose a name such as clean or dailyTotals',
  };
};
