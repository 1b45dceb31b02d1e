import type { Rule } from './rule.ts';

/**
 * HDL213: a key template of `objectDropped` that matches no key or not one partition: it needs `{partition}` once,
 * no leading slash and no other braces. Fix: write one like drops/{partition}/*.
 */
export const keyTemplatesAreClear: Rule = ({ graph: { pipeline } }) =>
  pipeline.triggers.flatMap((trigger) => {
    const problem = trigger.kind === 'object' ? problemOf(trigger.keyTemplate) : undefined;
    if (!problem || trigger.kind !== 'object') return [];
    return [
      {
        code: 'HDL213',
        severity: 'error',
        at: pipeline.name,
        message: `the key template '${trigger.keyTemplate}' ${problem}`,
        fix: "write one like objectDropped('drops/{partition}/*')",
      },
    ];
  });

const problemOf = (template: string): string | undefined => {
  const partitions = template.split('{partition}').length - 1;
  if (partitions !== 1) return `has {partition} ${partitions === 0 ? 'nowhere' : `${partitions} times`}, not once`;
  if (template.startsWith('/')) return 'starts with a slash, but keys in S3 do not';
  if (/[{}]/.test(template.replace('{partition}', ''))) return 'has braces other than {partition}';
  return undefined;
};
