// Called by the rule of lineage events, where a domain of Amazon DataZone is to have them.
import { lineagePoster } from '../../lib/operators/index.ts';

export const handler = lineagePoster(process.env);
