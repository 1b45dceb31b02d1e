import { renderSvg } from '../../asl/index.ts';
import {
  dependenciesOf,
  graphOf,
  type PipelineGraph,
  renderDot,
  renderMermaid,
  renderTree,
} from '../../graph/index.ts';
import { nearest } from '../../support/nearest.ts';
import { checkedPipeline } from '../checked-pipeline.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { print, printJson } from '../setting.ts';

const forms: { readonly [form: string]: (graph: PipelineGraph) => string } = {
  tree: renderTree,
  mermaid: renderMermaid,
  dot: renderDot,
  svg: renderSvg,
};

export const graph: Command = {
  words: 'graph',
  says: 'draw the stages and what each needs',
  operands: [{ name: 'pipeline', required: true }],
  options: {
    as: { value: 'FORM', says: 'tree, mermaid, dot, or svg with latches (default: tree)' },
    json: { says: 'one object a line: each stage with what it needs' },
  },
  run: async (given, setting) => {
    const render = formOf(given.text('as') ?? 'tree');
    const drawn = graphOf(await checkedPipeline(setting, given.operands[0] ?? ''));
    if (given.has('json')) printJson(setting, stagesOf(drawn));
    else print(setting, [render(drawn).trimEnd()]);
    return 0;
  },
};

/** Throws CliError HDL603. */
const formOf = (name: string): ((graph: PipelineGraph) => string) => {
  const render = Object.hasOwn(forms, name) ? forms[name] : undefined;
  if (render) return render;
  const known = Object.keys(forms);
  const near = nearest(name, known);
  const fix = near ? `did you mean ${near}?` : 'see npx heddle graph --help';
  throw new CliError('HDL603', 2, `--as is '${name}'`, `one of ${known.join(', ')}`, fix);
};

const stagesOf = ({ pipeline, stages }: PipelineGraph): readonly object[] =>
  stages.map(({ id, node, within }) => ({
    pipeline: pipeline.name,
    stage: id,
    kind: node.kind,
    needs: [...new Set(dependenciesOf(node))],
    within,
  }));
