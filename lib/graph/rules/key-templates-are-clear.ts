import type { Pipeline } from '../../definition/index.ts';
import type { Rule } from './rule.ts';

/**
 * HDL213: a key template of `objectDropped` that matches no key or not one partition: it needs `{partition}` once,
 * or each dimension of the pipeline's partitions by its name, no leading slash and no other braces. Fix: write one like
 * drops/{partition}/*, or drops/{day}/{source}/*.
 */
export const keyTemplatesAreClear: Rule = ({ graph: { pipeline } }) =>
  pipeline.triggers.flatMap((trigger) => {
    const problem = trigger.kind === 'object' ? problemOf(trigger.keyTemplate, namesOf(pipeline)) : undefined;
    if (!problem || trigger.kind !== 'object') return [];
    return [
      {
        code: 'HDL213',
        severity: 'error',
        at: pipeline.name,
        message: `the key template '${trigger.keyTemplate}' ${problem}`,
        fix: `write one like objectDropped('drops/${namesOf(pipeline)
          .map((name) => `{${name}}`)
          .join('/')}/*')`,
      },
    ];
  });

/** What a template's braces stand for: the dimensions of the partitions, where there are two. */
const namesOf = ({ partitions }: Pipeline): readonly string[] =>
  partitions?.kind === 'by' ? partitions.dimensions.map(({ name }) => name) : ['partition'];

const problemOf = (template: string, dimensions: readonly string[]): string | undefined => {
  const names = template.includes('{partition}') ? ['partition'] : dimensions;
  for (const name of names) {
    const times = template.split(`{${name}}`).length - 1;
    if (times !== 1) return `has {${name}} ${times === 0 ? 'nowhere' : `${times} times`}, not once`;
  }
  if (template.startsWith('/')) return 'starts with a slash, but keys in S3 do not';
  const rest = names.reduce((left, name) => left.replace(`{${name}}`, ''), template);
  if (/[{}]/.test(rest)) return `has braces other than ${names.map((name) => `{${name}}`).join(' and ')}`;
  return undefined;
};
