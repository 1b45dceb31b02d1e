// What a plan looks like: boxes in rows and columns with places of their own, before anything is drawn.
import { batchesOf, fuseMaps, type GraphNode, type Level } from '../../graph/index.ts';
import { type Plan, planOf } from '../plan/index.ts';

/** A piece of the picture; `width` and `height` in pixels. */
export type Shape =
  | {
      readonly kind: 'stage';
      /** What latches know it by. */
      readonly node: string;
      readonly id: string;
      readonly verb: string;
      readonly width: number;
      readonly height: number;
    }
  /** What is done with each batch of a Map, around which a frame is drawn. */
  | { readonly kind: 'items'; readonly inner: Shape; readonly width: number; readonly height: number }
  | { readonly kind: 'wait'; readonly latch: string; readonly width: number; readonly height: number }
  | { readonly kind: 'row'; readonly parts: readonly Shape[]; readonly width: number; readonly height: number }
  | {
      readonly kind: 'fork';
      readonly branches: readonly Shape[];
      /** Of a choice, what its branches are called. */
      readonly names?: readonly string[];
      readonly width: number;
      readonly height: number;
    };

/** A wait and who releases it. */
export interface DrawnLatch {
  readonly name: string;
  readonly producers: readonly string[];
}

export const gap = { across: 28, down: 14, fork: 20, frame: 16 } as const;
const boxHeight = 32;

const row = (parts: readonly Shape[]): Shape => {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  return {
    kind: 'row',
    parts,
    width: parts.reduce((sum, { width }) => sum + width, Math.max(0, parts.length - 1) * gap.across),
    height: parts.reduce((most, { height }) => Math.max(most, height), 0),
  };
};

const fork = (branches: readonly Shape[], names?: readonly string[]): Shape => ({
  kind: 'fork',
  branches,
  ...(names ? { names } : {}),
  width: branches.reduce((most, { width }) => Math.max(most, width), 0) + 2 * gap.fork,
  height: branches.reduce((sum, { height }) => sum + height, (branches.length - 1) * gap.down),
});

const stage = ({ id, node }: GraphNode): Shape => ({
  kind: 'stage',
  node: id,
  id: node.id,
  verb: node.kind,
  width: Math.max(64, 7.6 * Math.max(node.id.length, node.kind.length) + 20),
  height: boxHeight,
});

const nothing: Shape = { kind: 'row', parts: [], width: 40, height: boxHeight / 2 };

const items = (inner: Shape): Shape => ({
  kind: 'items',
  inner,
  width: inner.width + 2 * gap.frame,
  height: inner.height + 2 * gap.frame,
});

/** The shape of a level's plan; the latches of it and of the levels inside are added to `latches`. */
export const shapeOf = (level: Level, latches: DrawnLatch[]): Shape => planShape(fuseMaps(level), latches);

const planShape = (level: Level, latches: DrawnLatch[]): Shape => {
  if (level.nodes.length === 0) return nothing;
  const planning = planOf(level.nodes);
  latches.push(...planning.latches);
  const nodes = new Map(level.nodes.map((node) => [node.id, node]));
  const shape = (plan: Plan): Shape => {
    switch (plan.kind) {
      case 'wait':
        return { kind: 'wait', latch: plan.latch, width: 18, height: boxHeight };
      case 'sequence':
        return row(plan.parts.map(shape));
      case 'parallel':
        return fork(plan.branches.map(shape));
      case 'node': {
        const node = nodes.get(plan.id);
        if (!node) return nothing;
        if (node.followers) return items(planShape(batchesOf(node), latches));
        if (!node.onTrue || !node.onFalse) return stage(node);
        const branches = [node.onTrue, node.onFalse].map((inner) => shapeOf(inner, latches));
        return row([stage(node), fork(branches, ['then', 'otherwise'])]);
      }
    }
  };
  return shape(planning.plan);
};
