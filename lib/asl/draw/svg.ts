// The plan of a pipeline as a picture: time goes to the right, branches lie one above the other, and a latch is a ring with a
// dashed line from each stage that releases it.
import type { PipelineGraph } from '../../graph/index.ts';
import { type DrawnLatch, gap, type Shape, shapeOf } from './shape.ts';

const margin = 24;
const title = 34;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const round = (value: number): string => String(Math.round(value * 10) / 10);

/** Lines of the picture, and where stages end and waits stand. */
interface Canvas {
  readonly lines: string[];
  readonly stages: Map<string, { readonly x: number; readonly y: number }>;
  readonly waits: Map<string, { readonly x: number; readonly y: number }>;
}

const line = (x1: number, y1: number, x2: number, y2: number): string => {
  const half = (x1 + x2) / 2;
  const d =
    y1 === y2
      ? `M${round(x1)} ${round(y1)}H${round(x2)}`
      : `M${round(x1)} ${round(y1)}C${round(half)} ${round(y1)} ${round(half)} ${round(y2)} ${round(x2)} ${round(y2)}`;
  return `<path class="flow" d="${d}"/>`;
};

const beginsWithWait = (shape: Shape): boolean =>
  shape.kind === 'wait' || (shape.kind === 'row' && shape.parts[0]?.kind === 'wait');

/** Draws a shape whose left edge is at `x` and whose middle is at `y`. */
const draw = (shape: Shape, x: number, y: number, canvas: Canvas): void => {
  const { lines } = canvas;
  switch (shape.kind) {
    case 'stage': {
      const { node, id, verb, width, height } = shape;
      canvas.stages.set(node, { x: x + width, y });
      const [middle, top] = [round(x + width / 2), round(y - height / 2)];
      lines.push(
        `<rect class="${escaped(verb)}" x="${round(x)}" y="${top}" width="${round(width)}" height="${height}" rx="5"/>`,
      );
      if (verb === 'task') lines.push(`<text x="${middle}" y="${round(y + 4)}">${escaped(id)}</text>`);
      else {
        lines.push(
          `<text x="${middle}" y="${round(y - 1)}">${escaped(id)}</text>`,
          `<text class="verb" x="${middle}" y="${round(y + 11)}">${escaped(verb)}</text>`,
        );
      }
      return;
    }
    case 'items': {
      const { inner, width, height } = shape;
      lines.push(
        `<rect class="items" x="${round(x)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}" rx="8"/>`,
        `<text class="verb" x="${round(x + width / 2)}" y="${round(y - height / 2 + 10)}">each batch of items</text>`,
        line(x, y, x + gap.frame, y),
      );
      draw(inner, x + gap.frame, y, canvas);
      lines.push(line(x + gap.frame + inner.width, y, x + width, y));
      return;
    }
    case 'wait':
      canvas.waits.set(shape.latch, { x: x + shape.width / 2, y });
      lines.push(
        `<circle class="latch" cx="${round(x + shape.width / 2)}" cy="${round(y)}" r="${shape.width / 2}"><title>waits for a latch</title></circle>`,
      );
      return;
    case 'row': {
      if (shape.parts.length === 0) lines.push(line(x, y, x + shape.width, y));
      let at = x;
      for (const [place, part] of shape.parts.entries()) {
        // A choice is done where its branches end.
        const chooses = part.kind === 'stage' && part.verb === 'choose' ? shape.parts[place + 1] : undefined;
        if (place > 0) {
          lines.push(line(at, y, at + gap.across, y));
          at += gap.across;
        }
        draw(part, at, y, canvas);
        at += part.width;
        if (chooses && part.kind === 'stage') canvas.stages.set(part.node, { x: at + gap.across + chooses.width, y });
      }
      return;
    }
    case 'fork': {
      const right = x + shape.width;
      let top = y - shape.height / 2;
      for (const [place, branch] of shape.branches.entries()) {
        const middle = top + branch.height / 2;
        // A branch that waits first stands where it will have waited: to the right.
        const late = beginsWithWait(branch) ? shape.width - 2 * gap.fork - branch.width : 0;
        const [from, until] = [x + gap.fork, right - gap.fork];
        lines.push(line(x, y, from, middle), line(until, middle, right, y));
        if (late > 0) lines.push(line(from, middle, from + late, middle));
        draw(branch, from + late, middle, canvas);
        if (from + late + branch.width < until) lines.push(line(from + late + branch.width, middle, until, middle));
        const name = shape.names?.[place];
        if (name)
          lines.push(
            `<text class="name" x="${round(from + 2)}" y="${round(middle - branch.height / 2 - 3)}">${name}</text>`,
          );
        top += branch.height + gap.down;
      }
      return;
    }
  }
};

/** `clean.batch` is what `clean` does with a batch. */
const stageOf = (node: string): string => node.replace(/\.batch$/, '');

/** Over or under what lies between, so that it is seen as a line of its own. */
const release = ({ stages, waits }: Canvas, { name, producers }: DrawnLatch): readonly string[] => {
  const to = waits.get(name);
  return producers.flatMap((producer) => {
    const from = stages.get(producer);
    if (!from || !to) return [];
    const bend = to.x <= from.x + 20 ? 60 : Math.max(30, (to.x - from.x) / 2);
    const side = from.y < to.y ? -1 : 1;
    const d = `M${round(from.x)} ${round(from.y)}C${round(from.x + bend)} ${round(from.y)} ${round(to.x)} ${round(to.y + side * 48)} ${round(to.x)} ${round(to.y + side * 10)}`;
    return [
      `<path class="release" d="${d}"><title>${escaped(stageOf(producer))} releases ${escaped(stageOf(name))}</title></path>`,
    ];
  });
};

const style = `
svg{background:#fff;font:12px ui-sans-serif,system-ui,sans-serif}
rect{fill:#eef3fb;stroke:#4a6fa5}
rect.map{fill:#eaf7ee;stroke:#3f8f5a}
rect.items{fill:none;stroke:#3f8f5a;stroke-dasharray:2 3}
rect.choose{fill:#fdf3e1;stroke:#b7791f}
rect.wait,rect.approve,rect.check,rect.run,rect.repeat,rect.service{fill:#f4effa;stroke:#7b5ea7}
text{text-anchor:middle;fill:#1c2733}
text.verb{font-size:9px;fill:#6a7683}
text.name{font-size:9px;fill:#b7791f;text-anchor:start}
text.title{font-size:14px;font-weight:600;text-anchor:start}
.flow{fill:none;stroke:#8493a3}
.latch{fill:#fff;stroke:#c2410c;stroke-width:2}
.release{fill:none;stroke:#c2410c;stroke-dasharray:4 3}
`.trim();

/** The picture as SVG text. */
export const renderSvg = ({ pipeline, root }: PipelineGraph): string => {
  const latches: DrawnLatch[] = [];
  const shape = shapeOf(root, latches);
  const canvas: Canvas = { lines: [], stages: new Map(), waits: new Map() };
  draw(shape, margin, title + margin + shape.height / 2, canvas);
  const width = Math.ceil(shape.width + 2 * margin);
  const height = Math.ceil(shape.height + 2 * margin + title);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>${style}</style>`,
    `<text class="title" x="${margin}" y="${margin}">${escaped(pipeline.name)}</text>`,
    ...canvas.lines,
    ...latches.flatMap((latch) => release(canvas, latch)),
    '</svg>',
  ].join('\n');
};
