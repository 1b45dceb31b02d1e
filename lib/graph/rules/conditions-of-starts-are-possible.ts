import { operandsOf, refsIn } from '../../definition/index.ts';
import { spelled } from '../source.ts';
import type { Rule } from './rule.ts';

const known: readonly string[] = ['upstream', 'partition', 'ledger'];

/**
 * HDL267: `when` of a pipeline cannot be asked: nothing upstream starts runs of it, or it reads what is not there before a run
 * starts. Fix: give the pipeline an upstream, or the trigger a `when` of its own; read `upstream`, `partition` or `completed(…)`.
 */
export const conditionsOfStartsArePossible: Rule = ({ graph: { pipeline } }) => {
  const { name, when, upstream } = pipeline;
  if (!when) return [];
  const tell = (message: string, fix: string) => ({
    code: 'HDL267',
    severity: 'error' as const,
    at: name,
    message,
    fix,
  });
  if (Object.keys(upstream).length === 0)
    return [
      tell('it has a when, but no upstream that starts runs of it', 'add upstream, or give a trigger its own when'),
    ];
  return operandsOf(when)
    .flatMap(refsIn)
    .filter(({ source }) => !known.includes(source.kind))
    .map((ref) =>
      tell(
        `its when reads ${spelled(ref)}, which is not there before a run starts`,
        'read upstream or partition of what it is given, or completed(…)',
      ),
    );
};
