import { nearest } from '../../support/nearest.ts';
import type { Rule } from './rule.ts';

/**
 * HDL210: a pipeline waits for one that the application does not have, so that it would wait for ever. Fix: add the
 * upstream to the application's pipelines.
 */
export const upstreamsAreKnown: Rule = ({ graph: { pipeline }, all }) => {
  const names = all.map(({ name }) => name);
  return Object.entries(pipeline.upstream).flatMap(([alias, { name }]) => {
    if (names.includes(name)) return [];
    const near = nearest(
      name,
      names.filter((other) => other !== pipeline.name),
    );
    return [
      {
        code: 'HDL210',
        severity: 'error',
        at: pipeline.name,
        message: `waits for ${name}${alias === name ? '' : ` (as ${alias})`}, which is not among the application's pipelines`,
        fix: `add ${name} to the application's pipelines${near ? `, or wait for ${near}` : ''}`,
      },
    ];
  });
};
