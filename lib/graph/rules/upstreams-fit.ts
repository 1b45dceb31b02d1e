import { pairingOf, sameKey } from '../../records/index.ts';
import type { Rule } from './rule.ts';

/**
 * HDL270: a pipeline's partitions do not go with those of one that it waits for, so it is not known which of them a run reads, or
 * none ever would be. Fix: say which with from(upstream, { map: … }), or give both the same partitions.
 */
export const upstreamsFit: Rule = ({ graph: { pipeline } }) =>
  Object.entries(pipeline.upstream).flatMap(([alias, { name, partitions }]) => {
    const { select } = pipeline.uses?.[alias] ?? sameKey;
    const paired = pairingOf(pipeline.partitions, partitions, select);
    if ('pairing' in paired) return [];
    return [
      {
        code: 'HDL270',
        severity: 'error',
        at: pipeline.name,
        message: `its partitions do not go with those of ${name}${alias === name ? '' : ` (as ${alias})`}: ${paired.problem}`,
        fix: `say which of them it reads: from(${name}, { map: … }), or give both the same partitions`,
      },
    ];
  });
