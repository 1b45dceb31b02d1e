import { compile } from '../../asl/index.ts';
import { formatDiagnostic, type Pipeline, type Trigger } from '../../definition/index.ts';
import { graphOf, type Level } from '../../graph/index.ts';
import type { Command } from '../command.ts';
import { findPipeline } from '../find-pipeline.ts';
import { columnsOf, print, printJson, remark } from '../setting.ts';
import { cutTo, table } from '../table.ts';

export const validate: Command = {
  words: 'validate',
  says: 'check the definitions: all diagnostics at once, else a table of the pipelines',
  operands: [{ name: 'pipeline', required: false }],
  options: { json: { says: 'one object a line: diagnostics, then pipelines' } },
  run: async (given, setting) => {
    const all = await setting.loadPipelines();
    const [name] = given.operands;
    const pipelines = name === undefined ? all : [findPipeline(all, name)];
    const diagnostics = await setting.diagnose(pipelines);
    const broken = diagnostics.some(({ severity }) => severity === 'error');
    const facts = broken ? [] : pipelines.map(factsOf);
    if (given.has('json')) {
      printJson(setting, [
        ...diagnostics.map((diagnostic) => ({ kind: 'diagnostic', ...diagnostic })),
        ...facts.map((fact) => ({ kind: 'pipeline', ...fact })),
      ]);
      return broken ? 2 : 0;
    }
    remark(setting, diagnostics.map(formatDiagnostic));
    if (!broken) print(setting, cutTo(columnsOf(setting.stdout), tableOf(facts)));
    return broken ? 2 : 0;
  },
};

interface PipelineFacts {
  readonly pipeline: string;
  readonly stages: number;
  readonly edges: number;
  readonly upstream: readonly string[];
  readonly triggers: readonly string[];
  readonly definitionHash: string;
}

const factsOf = (pipeline: Pipeline): PipelineFacts => {
  const graph = graphOf(pipeline);
  return {
    pipeline: pipeline.name,
    stages: graph.stages.length,
    edges: edgesIn(graph.root),
    upstream: Object.values(pipeline.upstream).map(({ name }) => name),
    triggers: pipeline.triggers.map(triggerText),
    definitionHash: compile(graph).hash,
  };
};

const edgesIn = (level: Level): number =>
  level.nodes.reduce(
    (sum, { needs, onTrue, onFalse }) =>
      sum + needs.length + (onTrue ? edgesIn(onTrue) : 0) + (onFalse ? edgesIn(onFalse) : 0),
    0,
  );

const triggerText = (trigger: Trigger<unknown>): string => {
  switch (trigger.kind) {
    case 'object':
      return trigger.keyTemplate;
    case 'schedule':
      return `${trigger.expression} ${trigger.timeZone}`;
    case 'event':
      return `events ${JSON.stringify(trigger.pattern)}${trigger.bus === undefined ? '' : ` on ${trigger.bus}`}`;
    case 'queue':
      return `queue ${trigger.queue}`;
    case 'request':
      return 'signed requests';
  }
};

const tableOf = (facts: readonly PipelineFacts[]): readonly string[] =>
  table(
    ['pipeline', 'stages', 'edges', 'upstream', 'triggers', 'definition'],
    facts.map(({ pipeline, stages, edges, upstream, triggers, definitionHash }) => [
      pipeline,
      String(stages),
      String(edges),
      upstream.join(', ') || '–',
      triggers.join(', ') || (upstream.length > 0 ? 'its upstream' : '–'),
      definitionHash,
    ]),
  );
