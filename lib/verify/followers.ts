import { fuseMaps, type Level, type PipelineGraph } from '../graph/index.ts';

/** Maps that work on the batches of another as they come, before that one has ended. */
export const followersIn = ({ root }: PipelineGraph): ReadonlySet<string> => {
  const found = new Set<string>();
  const visit = (level: Level): void => {
    for (const { followers = [] } of fuseMaps(level).nodes) for (const { id } of followers) found.add(id);
    for (const { onTrue, onFalse } of level.nodes) for (const inner of [onTrue, onFalse]) if (inner) visit(inner);
  };
  visit(root);
  return found;
};
