// Where boxes and lines of a graph go. The layout is dagre's, the curves are d3-shape's.
import { Graph, layout } from '@dagrejs/dagre';
import { curveBasis, line } from 'd3-shape';

export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
}

export interface Placed {
  readonly width: number;
  readonly height: number;
  /** Left upper corners, by id. */
  readonly corners: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  /** The path of each arrow, in the order given, and the point that it ends at. */
  readonly paths: readonly (Arrow & { readonly d: string; readonly end: { readonly x: number; readonly y: number } })[];
}

const margin = 8;

const round = (value: number): number => Math.round(value * 10) / 10;

/** From left to right. Arrows of boxes that are not there are left out. */
export const place = (boxes: readonly Box[], arrows: readonly Arrow[]): Placed => {
  const graph = new Graph({ multigraph: false, compound: false });
  graph.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 48, marginx: margin, marginy: margin });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  const known = new Set(boxes.map(({ id }) => id));
  const drawn = arrows.filter(({ from, to }) => known.has(from) && known.has(to) && from !== to);
  for (const { from, to } of drawn) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const corners = new Map(
    boxes.map((box) => {
      const { x = 0, y = 0 } = graph.node(box.id);
      return [box.id, { x: round(x - box.width / 2), y: round(y - box.height / 2) }] as const;
    }),
  );
  const curve = line<{ x: number; y: number }>(
    ({ x }) => x,
    ({ y }) => y,
  )
    .curve(curveBasis)
    .digits(1);
  const paths = drawn.map((arrow) => {
    const { points = [] } = graph.edge(arrow.from, arrow.to);
    // From the middle of the right edge to the middle of the left one, by the bends that dagre gives.
    const [from, to] = [graph.node(arrow.from), graph.node(arrow.to)];
    const begin = { x: (from.x ?? 0) + from.width / 2, y: from.y ?? 0 };
    const end = { x: (to.x ?? 0) - to.width / 2, y: to.y ?? 0 };
    const bends = points.slice(1, -1).filter(({ x }: { x: number }) => x > begin.x && x < end.x);
    return { ...arrow, d: curve([begin, ...bends, end]) ?? '', end: { x: round(end.x), y: round(end.y) } };
  });
  return { width: Math.ceil(width), height: Math.ceil(height), corners, paths };
};
