// A graph whose boxes have a state: of pipelines, or of the stages of a run. SVG, to be read at its own size.
import type { Status } from '../records/index.ts';
import { type Html, html } from './html.ts';
import { type Arrow, place } from './layout.ts';
import { markText } from './words.ts';

export interface StatedBox {
  readonly id: string;
  readonly title: string;
  /** The lines below the title. */
  readonly lines: readonly (string | Html)[];
  readonly status: Status | 'none';
  readonly href: string;
  /** Stands out, as on the critical path. */
  readonly marked?: boolean;
}

const boxHeight = (lines: number): number => 30 + lines * 16;
const letter = 7.4;
/** Titles are bold. */
const titleLetter = 1.24;
const longest = 34;
const longestTitle = 40;

const short = (text: string, most = longest): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

/** `wide` is the width of a box at least, in letters. */
export const graphOf = (boxes: readonly StatedBox[], arrows: readonly Arrow[], name: string, wide = 16): Html => {
  const letters = (text: string | Html): number =>
    typeof text === 'string' ? Math.min(text.length, longest) * 0.96 : 18;
  const sized = boxes.map((box) => ({
    ...box,
    width: Math.ceil(
      Math.max(wide, (Math.min(box.title.length, longestTitle) + 2) * titleLetter, ...box.lines.map(letters)) * letter +
        22,
    ),
    height: boxHeight(box.lines.length),
  }));
  const { width, height, corners, paths } = place(sized, arrows);
  const drawn = sized.map((box) => {
    const { x, y } = corners.get(box.id) ?? { x: 0, y: 0 };
    return html`<a href="${box.href}" class="box s-${box.status}${box.marked ? ' marked' : ''}"><g transform="translate(${x} ${y})">${box.title.length > longestTitle ? html`<title>${box.title}</title>` : ''}<rect width="${box.width}" height="${box.height}" rx="7"/><rect class="edge" width="5" height="${box.height - 14}" x="0" y="7" rx="2.5"/><text class="title" x="14" y="22">${box.status === 'none' ? '' : html`<tspan class="mark" aria-hidden="true">${markText(box.status)}</tspan> `}${short(box.title, longestTitle)}</text>${box.lines.map(
      (text, index) =>
        html` <text class="sub" x="14" y="${40 + index * 16}">${typeof text === 'string' ? short(text) : text}</text>`,
    )}</g></a>`;
  });
  const marked = new Set(boxes.flatMap((box) => (box.marked ? [box.id] : [])));
  const lineClass = ({ from, to }: Arrow): string => (marked.has(from) && marked.has(to) ? ' marked' : '');
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><svg class="graph" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="group" aria-label="${name}">${paths.map(
    ({ d, end: { x, y }, ...arrow }) =>
      html`<path class="arrow${lineClass(arrow)}" d="${d}"/><path class="head${lineClass(arrow)}" d="M${x - 7} ${y - 4}L${x} ${y}L${x - 7} ${y + 4}Z"/>`,
  )}${drawn}</svg></div>`;
};
