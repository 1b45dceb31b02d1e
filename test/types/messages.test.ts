// What a person sees when the types refuse a definition: the text of tsc's messages, snippet by snippet.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import ts from 'typescript';

const prelude = `
import * as z from 'zod';
import { definePipeline, defineStage, gt, objectDropped, schedule } from '../../lib/definition/index.ts';
const day = z.object({ day: z.string() });
const file = z.object({ key: z.string(), bytes: z.number() });
const states = z.enum(['full', 'empty']);
const list = defineStage('list', { input: day, output: z.object({ files: z.array(file), total: z.number(), state: states }) });
const clean = defineStage('clean', { input: z.object({ key: z.string() }), output: z.object({ rows: z.number() }) });
const above = definePipeline('above', { input: day }, (flow) => ({ rows: flow.task(list, flow.input).total }));
`;
const inFlow = (snippet: string): string =>
  `definePipeline('orders', { input: day, upstream: { above } }, (flow) => {
  const listed = flow.task(list, flow.input);
  ${snippet}
});`;

/** The first line of the message and, where it goes on, the last: what is between them is the checker's reasoning. */
type Told = readonly [first: string, last?: string];

const span = ['ms', 's', 'm', 'h', 'd'].map((unit) => `\`\${number}${unit}\``).join(' | ');

/** Inside a flow over `list`, whose output is `listed`, with the upstream `above`. */
const flows: Record<string, Told> = {
  'flow.task(clean, { key: listed.flies });': [
    `Property 'flies' does not exist on type 'Ref<{ files: { key: string; bytes: number; }[]; total: number; state: "full" | "empty"; }>'. Did you mean 'files'?`,
  ],
  'flow.task(clean, { key: listed.total });': [
    "Type '{ readonly [pointsTo]: number; }' is not assignable to type 'BoundKnown<string>'.",
    "Type 'number' is not assignable to type 'string'.",
  ],
  'flow.task(clean, {});': [
    "Argument of type '{}' is not assignable to parameter of type 'BoundKnown<{ key: string; }>'.",
  ],
  "flow.task(clean, { key: 'k', kee: 'k' });": [
    "Object literal may only specify known properties, and 'kee' does not exist in type 'BoundKnown<{ key: string; }>'.",
  ],
  "flow.map(clean, listed.total, () => ({ key: 'k' }));": [
    "Argument of type '{ readonly [pointsTo]: number; }' is not assignable to parameter of type '{ readonly [pointsTo]: readonly unknown[]; } | Rows<unknown>'.",
    "Type 'number' is not assignable to type 'readonly unknown[]'.",
  ],
  'flow.map(clean, listed.files, (each) => ({ key: each.kei }));': [
    "Property 'kei' does not exist on type 'Ref<{ key: string; bytes: number; }>'.",
  ],
  'flow.each(listed.files, (file, one) => one.task(clean, { key: file.kei }));': [
    "Property 'kei' does not exist on type 'Ref<{ key: string; bytes: number; }>'.",
  ],
  'flow.each(listed.files, (file, one) => ({ rows: one.task(clean, { key: file.key }).rows }));': [
    "Property '[pointsTo]' is missing in type '{ rows: { readonly [pointsTo]: number; }; }' but required in type '{ readonly [pointsTo]: unknown; }'.",
  ],
  'gt(listed.state, 3);': [`Argument of type '3' is not assignable to parameter of type 'Operand<"full" | "empty">'.`],
  'listed.total + 1;': ["Operator '+' cannot be applied to types '{ readonly [pointsTo]: number; }' and 'number'."],
  'flow.choose(true, () => 1, () => 2);': [
    'No overload matches this call.',
    "Argument of type 'boolean' is not assignable to parameter of type 'Condition'.",
  ],
  "flow.task(clean, { key: flow.choose(gt(listed.total, 0), () => 'k') });": [
    "Type '{ readonly [pointsTo]: unknown; }' is not assignable to type 'BoundKnown<string>'.",
    "Type 'unknown' is not assignable to type 'string'.",
  ],
  "flow.task(clean, { key: 'k' }, { after: [clean] });": [
    "Property '[pointsTo]' is missing in type 'Stage<\"clean\", ZodObject<{ key: ZodString; }, $strip>, ZodObject<{ rows: ZodNumber; }, $strip>>' but required in type '{ readonly [pointsTo]: unknown; }'.",
  ],
  'flow.task(clean, { key: flow.upstream.above.row });': [
    "Property 'row' does not exist on type 'Ref<{ readonly rows: number; }>'. Did you mean 'rows'?",
  ],
  'flow.upstream.abvoe;': [
    "Property 'abvoe' does not exist on type '{ readonly above: Ref<{ readonly rows: number; }>; }'. Did you mean 'above'?",
  ],
};

const statements: Record<string, Told> = {
  "defineStage('late', { input: day, output: day, timeout: '5' });": [
    `Type '"5"' is not assignable to type '${span}'.`,
  ],
  "defineStage('slow', { input: day, output: day, expect: { duration: 5 } });": [
    `Type 'number' is not assignable to type '${span} | undefined'.`,
  ],
  "objectDropped('in/*');": [
    `Argument of type '"in/*"' is not assignable to parameter of type '\`\${string}{\${string}}\${string}\`'.`,
  ],
  "schedule('every day', { input: {} });": [
    `Argument of type '"every day"' is not assignable to parameter of type '\`cron(\${string})\` | \`rate(\${string})\`'.`,
  ],
  "definePipeline('dropped', { input: day, triggers: [objectDropped('in/{partition}/*')] }, () => null);": [
    "Type 'Trigger<DroppedObject>' is not assignable to type 'Trigger<{ day: string; }>' with 'exactOptionalPropertyTypes: true'. Consider adding 'undefined' to the types of the target's properties.",
    "Property 'day' is missing in type 'DroppedObject' but required in type '{ day: string; }'.",
  ],
};

const snippets = Object.keys({ ...flows, ...statements });
const folder = import.meta.dirname;
const fileOf = (index: number): string => join(folder, `snippet-${index}.ts`);

const messages = (): ReadonlyMap<string, readonly string[]> => {
  const texts = new Map(
    snippets.map((snippet, index) => [
      fileOf(index),
      Object.hasOwn(flows, snippet) ? prelude + inFlow(snippet) : prelude + snippet,
    ]),
  );
  const configured = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(configured.config, ts.sys, process.cwd());
  const settings = { ...options, noEmit: true, noUnusedLocals: false };
  const host = ts.createCompilerHost(settings);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, version) => {
    const text = texts.get(name);
    return text === undefined ? getSourceFile.call(host, name, version) : ts.createSourceFile(name, text, version);
  };
  host.fileExists = (name) => texts.has(name) || fileExists.call(host, name);
  host.readFile = (name) => texts.get(name) ?? readFile.call(host, name);
  const program = ts.createProgram([...texts.keys()], settings, host);
  return new Map(
    snippets.map((snippet, index) => {
      const source = program.getSourceFile(fileOf(index));
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [snippet, found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))];
    }),
  );
};

const told = messages();

test.each(Object.entries({ ...flows, ...statements }))('%s', (snippet, [first, last]) => {
  const [message = '', ...others] = told.get(snippet) ?? [];
  const lines = message.split('\n').map((line) => line.trim());
  expect({ first: lines[0], last: lines.slice(1).at(-1), others }).toEqual({ first, last, others: [] });
});
