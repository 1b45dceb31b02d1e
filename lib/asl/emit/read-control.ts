// Control values cross no latch: they travel in the flow's state, and a node that was planned beside the one that gives them
// has another. Such a node reads them from the ledger first.
import { controlChoicesOf, controlsOf, type GraphNode } from '../../graph/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage } from '../control.ts';
import { operator } from './operator.ts';
import type { Emission, Piece, State } from './piece.ts';

/** What a node must read: the stages whose control values, and the choices whose outcome, are not in its flow's state. */
export interface ControlRead {
  readonly stages: readonly string[];
  readonly choices: readonly string[];
}

/**
 * `home` says in which node of the level a stage or choice stands, if in any; `isBefore` whether a node of the level comes
 * before this one by the plan's shape, so that the flow's state has come by it.
 */
export const controlToRead = (
  { node, id }: GraphNode,
  home: ReadonlyMap<string, string>,
  isBefore: (other: string) => boolean,
): ControlRead | undefined => {
  const isElsewhere = (giver: string): boolean => {
    const at = home.get(giver);
    return at !== undefined && at !== id && !isBefore(at);
  };
  const givers = controlsOf(node).flatMap(({ source }) => (source.kind === 'stage' ? [source.stage] : []));
  const stages = [...new Set(givers)].filter(isElsewhere).sort();
  const choices = [...new Set(controlChoicesOf(node))].filter(isElsewhere).sort();
  return stages.length + choices.length > 0 ? { stages, choices } : undefined;
};

export const readName = (node: string): string => `${node}.read`;

export const emitRead = (node: string, { stages, choices }: ControlRead, next: string, { needs }: Emission): Piece => {
  const call: State = {
    action: 'readControl',
    run: '{% $states.input.run %}',
    slots: stages.map((stage) => ({ stage, control: constant(controlOfStage(stage, needs)) })),
    choices,
    chosen: '{% $states.input.chosen %}',
  };
  const output =
    "{% $merge([$states.input, {'control': $merge([$states.input.control, $states.result.Payload.control]), 'chosen': $merge([$states.input.chosen, $states.result.Payload.chosen])}]) %}";
  return { start: readName(node), states: { [readName(node)]: operator('settle', call, output, next) } };
};
