import { bindingsOf, type Diagnostic, type HandledNode, refsIn } from '../../definition/index.ts';
import type { Rule } from './rule.ts';

const longestDays = 3_650;

/**
 * HDL256: a stage's cache takes results of no age, of more than ten years, or has a version that is no text; or the stage is
 * undone when its run fails. Fix: choose an age in the range, such as { for: '30d' }, and a version such as 'model-3'; leave out
 * cache or compensate.
 *
 * HDL257, a warning: a stage that is cached gives what does not follow from its input alone, or an input that no other run has.
 * Fix: bind what tells contents apart, such as an ETag or a version; leave run.id out of the input; or leave out cache.
 */
export const cachesArePossible: Rule = ({ graph: { pipeline, handled } }) =>
  handled.flatMap(({ id, node }) =>
    problemsOf(node).map((problem): Diagnostic => ({ at: `${pipeline.name}.${id}`, ...problem })),
  );

type Problem = Omit<Diagnostic, 'at'>;

const problemsOf = (node: HandledNode): readonly Problem[] => {
  const { cache, stage } = node;
  if (!cache) return [];
  const { seconds, version } = cache;
  const error = (message: string, fix: string): Problem => ({ code: 'HDL256', severity: 'error', message, fix });
  const warning = (message: string, fix: string): Problem => ({ code: 'HDL257', severity: 'warning', message, fix });
  const ofRun = bindingsOf(node)
    .flatMap(refsIn)
    .some(({ source, path: [field] }) => source.kind === 'run' && (field === undefined || field === 'id'));
  return [
    ...(seconds >= 1 && seconds <= longestDays * 86_400
      ? []
      : [error(`cache.for is ${seconds} s, but a result is kept for 1 s to ${longestDays} days`, "set such as '30d'")]),
    ...(version === undefined || (typeof version === 'string' && version !== '')
      ? []
      : [error(`cache.version is ${JSON.stringify(version)}`, "give a text such as 'model-3', or leave it out")]),
    ...(node.kind === 'task' && node.compensate
      ? [
          error(
            'it is cached and has compensate: a run would take over what another one may have undone',
            'leave out cache or compensate',
          ),
        ]
      : []),
    ...(ofRun
      ? [warning('its input holds run.id, which no other run has, so no result is taken over', 'bind less')]
      : []),
    ...(stage.access.inbox === 'read'
      ? [
          warning(
            'it is cached and reads the inbox, where a key may hold something else tomorrow',
            'bind what tells contents apart, such as an ETag, or leave out cache',
          ),
        ]
      : []),
    ...(stage.access.artifacts === 'write'
      ? [
          warning(
            'it is cached and writes artifacts: a run that takes a result over has none of its own',
            "let who reads them take the keys from the stage's output, or leave out cache",
          ),
        ]
      : []),
  ];
};
