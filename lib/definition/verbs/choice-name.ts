// What a choice that the user left unnamed is called: after what it does, so that its name does not hang on what else is
// written, or in which order.
import { canonicalJson } from '../../support/canonical-json.ts';
import { sha256 } from '../../support/sha256.ts';
import type { Condition } from '../condition.ts';
import type { Block } from '../node.ts';

/** Names are that long at most (HDL106). */
const longest = 60;

/**
 * `choosePublish`: after the first by name of the stages that stand right in it, as no other choice's. One that only picks a
 * value is called after a hash of its condition and values. `rounds` is what the ids inside end with in rounds of a repetition.
 */
export const choiceName = (when: Condition, onTrue: Block, onFalse: Block, rounds: string): string => {
  const first = firstIn(onTrue) ?? firstIn(onFalse);
  if (first !== undefined) {
    const own = first.endsWith(rounds) ? first.slice(0, first.length - rounds.length) : first;
    const name = `choose${own.charAt(0).toUpperCase()}${own.slice(1)}`;
    if (name.length + rounds.length <= longest) return name;
  }
  const content = first ?? canonicalJson([when, onTrue.output, onFalse.output]);
  return `choose${sha256(content).slice(0, 8)}`;
};

/** A stage; where there are choices only, one of those. */
const firstIn = ({ nodes }: Block): string | undefined => {
  const stages = nodes.filter(({ kind }) => kind !== 'choose');
  return (stages.length > 0 ? stages : nodes).map(({ id }) => id).sort()[0];
};
