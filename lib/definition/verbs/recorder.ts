// What a verb's recorder may ask of the flow being recorded.
import { type Binding, refsIn, type Source } from '../../records/index.ts';
import { bind } from '../bind.ts';
import { DefinitionError } from '../diagnostic.ts';
import { type Block, bindingsOf, isHandled, type Node } from '../node.ts';
import { bindingOfRef, makeRef, type Ref } from '../ref.ts';

export interface Recorder {
  readonly pipeline: string;
  /** Adds a node to the block being recorded, under the name that its id has there. */
  add(node: Node): void;
  /** The name of an id in the block being recorded: inside a round of a repetition, `<id>Round<n>`. */
  idHere(id: string): string;
  /** Makes what is added to this block from here on, and reads what these read, wait for a check. */
  gate(check: string, read: readonly Binding[]): void;
  /** Makes all that `run` records wait for the checks that hold up what reads these: what a choice by checked data leads to. */
  behind<Result>(read: readonly Binding[], run: () => Result): Result;
  /**
   * Runs `run` as a round of a repetition. What it records waits for `after`, the ids of the round before. Gives those of this
   * one with what `run` gave.
   */
  round<T>(
    round: number,
    after: readonly string[],
    run: () => T,
  ): { readonly given: T; readonly ids: readonly string[] };
  /** Records what `run` does as a block of its own. */
  block(run: () => unknown, at: string): Block;
  /** Runs the function that says what is done with each item of a map. */
  forItem<T>(run: () => T): T;
  /** What tells the block being recorded from all others. */
  here(): object;
  /** True when the block being recorded has a node of this id. */
  isHere(id: string): boolean;
}

/** What a ref reads, as a whole: the output of a stage or of an upstream, or the input. */
const placeRead = ({ source }: { readonly source: Source }): readonly string[] => {
  if (source.kind === 'stage') return [`stage ${source.stage}`];
  if (source.kind === 'upstream') return [`upstream ${source.upstream}`];
  return source.kind === 'input' ? ['input'] : [];
};

const placesRead = (bindings: readonly Binding[]): readonly string[] => bindings.flatMap(refsIn).flatMap(placeRead);

/** `pipeline.stage`, for messages. */
export const placeOf = (recorder: Recorder, id: string): string => `${recorder.pipeline}.${id}`;

export const stageRef = <T>(recorder: Recorder, id: string): Ref<T> =>
  makeRef<T>(recorder.pipeline, { kind: 'source', source: { kind: 'stage', stage: recorder.idHere(id) } });

/**
 * HDL156: a flow.map or flow.each is said in the function that says what each item of another gets, where the items of the two
 * could not be told apart. Fix: make one list first, in a stage that gives it, and map over that; or do the inner work in the
 * stage.
 */
const nested = (at: string): DefinitionError =>
  new DefinitionError([
    {
      code: 'HDL156',
      severity: 'error',
      at,
      message: 'is a map in the function that says what each item of another map gets',
      fix: 'make one list first, in a stage that gives it, and map over that; or do the inner work in the stage',
    },
  ]);

export const openRecorder = (pipeline: string): Recorder => {
  let nodes: Node[] = [];
  let rounds = '';
  let waits: readonly string[] = [];
  let ofItem = false;
  let gates: readonly { readonly check: string; readonly places: readonly string[] }[] = [];
  const idHere = (id: string): string => `${id}${rounds}`;
  /** The checks that what reads these waits for. */
  const checksOn = (bindings: readonly Binding[]): readonly string[] => {
    const read = new Set(gates.length > 0 ? placesRead(bindings) : []);
    return gates.filter(({ places }) => places.some((place) => read.has(place))).map(({ check }) => check);
  };
  return {
    pipeline,
    add: (node) => {
      const id = idHere(node.id);
      if (ofItem && node.kind === 'map') throw nested(`${pipeline}.${id}`);
      const further = [...waits, ...checksOn(bindingsOf(node))];
      const after = 'after' in node && further.length > 0 ? { after: [...new Set([...node.after, ...further])] } : {};
      const shares = id !== node.id && isHandled(node) ? { shares: node.id } : {};
      nodes.push(id === node.id && further.length === 0 ? node : { ...node, id, ...after, ...shares });
    },
    idHere,
    gate: (check, read) => {
      gates = [...gates, { check: idHere(check), places: placesRead(read) }];
    },
    behind: (read, run) => {
      const outer = waits;
      waits = [...outer, ...checksOn(read)];
      try {
        return run();
      } finally {
        waits = outer;
      }
    },
    round: (round, after, run) => {
      const [outer, outerWaits, start] = [rounds, waits, nodes.length];
      rounds = `${outer}Round${round}`;
      waits = [...outerWaits, ...after];
      try {
        const given = run();
        return { given, ids: nodes.slice(start).map(({ id }) => id) };
      } finally {
        rounds = outer;
        waits = outerWaits;
      }
    },
    block: (run, at) => {
      const [outer, outerGates] = [nodes, gates];
      nodes = [];
      try {
        const result = run();
        const output: Binding = result === undefined ? { kind: 'value', value: null } : bind(result, at);
        return { nodes, output };
      } finally {
        nodes = outer;
        gates = outerGates; // what a branch checks holds up nothing outside of it
      }
    },
    forItem: (run) => {
      const outer = ofItem;
      ofItem = true;
      try {
        return run();
      } finally {
        ofItem = outer;
      }
    },
    here: () => nodes,
    isHere: (id) => nodes.some((node) => node.id === idHere(id)),
  };
};

/** The ids that an `after` means: of what was put together from several stages, all of them. Throws HDL105 where none gave it. */
export const stagesBehind = (refs: readonly Ref<unknown>[] | undefined, at: string): readonly string[] =>
  (refs ?? []).flatMap((ref) => {
    const ids = behind(bindingOfRef(ref));
    if (ids.length > 0) return ids;
    throw new DefinitionError([
      {
        code: 'HDL105',
        severity: 'error',
        at,
        message: '`after` holds something that is not the output of a stage',
        fix: 'pass what flow.task, flow.map or flow.choose gave back',
      },
    ]);
  });

const behind = (binding: Binding | undefined): readonly string[] => {
  switch (binding?.kind) {
    case 'ref':
      return binding.source.kind === 'stage' ? [binding.source.stage] : [];
    case 'chosen':
      return [binding.choose]; // it is done when its branch is
    case 'object':
      return Object.values(binding.fields).flatMap(behind);
    case 'list':
      return binding.items.flatMap(behind);
    default:
      return [];
  }
};
