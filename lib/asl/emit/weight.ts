// What a node costs the machine that it stands in, well enough to decide what is packed with what.
import type { GraphNode } from '../../graph/index.ts';
import { mostPacked, type Weight } from '../pack.ts';
import type { Emission, Piece } from './piece.ts';

const bytesOf = (value: unknown): number => JSON.stringify(value).length;

/** With room for the names of what really comes next. */
const bytesOfStates = ({ states }: Piece): number => bytesOf(states) + 100;

/** A call: entered, scheduled, started, ended, exited; three more for each retry. */
const callEvents = (attempts: number): number => 2 + 3 * attempts;

/** Of a map that is not distributed: its batches' events. A bound that no map of a usual size comes near. */
const mapEvents = 2_000;

export const weightOf = (
  graph: GraphNode,
  emission: Emission,
  emitNode: (node: GraphNode, next: string | null, emission: Emission) => Piece,
): Weight => {
  const { node } = graph;
  switch (node.kind) {
    case 'task': {
      const attempts = [node.stage, ...(node.fallback ? [node.fallback] : [])].reduce(
        (sum, { retry }) => sum + retry.attempts * (retry.moreMemoryMb === undefined ? 1 : 2),
        0,
      );
      return { events: callEvents(attempts) + callEvents(1), bytes: bytesOfStates(emitNode(graph, 'next', emission)) };
    }
    case 'choose': {
      const inside = [graph.onTrue, graph.onFalse].flatMap((level) => level?.nodes ?? []);
      const all = inside.map((inner) => weightOf(inner, emission, emitNode));
      const sum = (of: keyof Weight, own: number): number => all.reduce((total, weight) => total + weight[of], own);
      // Branches pack themselves.
      return {
        events: Math.min(mostPacked.events, sum('events', 10)),
        bytes: Math.min(mostPacked.bytes, sum('bytes', 1_500 + 2 * bytesOf(node.when))),
      };
    }
    default: {
      const piece = emitNode(graph, 'next', emission);
      const events = node.kind === 'map' ? mapEvents : Object.keys(piece.states).length * callEvents(2);
      return { events, bytes: bytesOfStates(piece) };
    }
  }
};
