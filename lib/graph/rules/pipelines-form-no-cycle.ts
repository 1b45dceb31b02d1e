import type { Pipeline } from '../../definition/index.ts';
import type { Rule } from './rule.ts';

/**
 * HDL202: pipelines wait for each other's runs in a circle, so none would ever start. Fix: take one of them out of the
 * other's `upstream`.
 */
export const pipelinesFormNoCycle: Rule = ({ graph: { pipeline }, all }) => {
  // Each circle is told once: at the first of its pipelines, so only later ones are walked.
  const later = new Map(all.slice(Math.max(0, all.indexOf(pipeline))).map((each) => [each.name, each]));
  const circle = pathBack(pipeline.name, later);
  if (!circle) return [];
  return [
    {
      code: 'HDL202',
      severity: 'error',
      at: pipeline.name,
      message: `pipelines wait for each other in a circle: ${circle.join(' -> ')}`,
      fix: `take ${circle.at(-2)} out of the upstream of ${pipeline.name}, or the other way round`,
    },
  ];
};

/** The shortest way from a pipeline through those that wait for it and back, first name repeated at the end. */
const pathBack = (start: string, among: ReadonlyMap<string, Pipeline>): readonly string[] | undefined => {
  const ways: (readonly string[])[] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    const upstreams = Object.values(among.get(way[0] ?? start)?.upstream ?? {});
    for (const { name } of upstreams) {
      if (name === start) return [start, ...way];
      if (seen.has(name) || !among.has(name)) continue;
      seen.add(name);
      ways.push([name, ...way]);
    }
  }
  return undefined;
};
