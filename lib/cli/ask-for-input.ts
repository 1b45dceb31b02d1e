// The form that a person on a terminal fills in when a run's input is missing: a question for each field of the contract.
import { createInterface } from 'node:readline/promises';
import type { Pipeline } from '../definition/index.ts';
import { type JsonSchema, jsonSchemaOf } from '../graph/index.ts';
import type { Json } from '../records/index.ts';
import { CliError } from './cli-error.ts';
import { remark, type Setting } from './setting.ts';

/** Asks a person one question. Throws CliError HDL683 when they end it instead. */
export type Ask = (question: string) => Promise<string>;

/** How often a field is asked for before the contract's own message ends the form. */
const mostRounds = 3;

/** The input as a person gives it, field by field; `{}` without a question where the contract takes that, or has no fields. */
export const askForInput = async (pipeline: Pipeline, ask: Ask, setting: Setting): Promise<Json> => {
  const schema = jsonSchemaOf(pipeline.input, 'input');
  const fields = Object.entries(schema?.properties ?? {});
  const problemsOf = async (input: Json): Promise<ReadonlyMap<string, string>> => {
    const { issues = [] } = await pipeline.input['~standard'].validate(input);
    return new Map(issues.map(({ path: [first] = [], message }) => [keyOf(first), message]));
  };
  const answers: { [field: string]: Json } = {};
  let open = (await problemsOf(answers)).size === 0 ? [] : fields;
  for (let round = 0; round < mostRounds && open.length > 0; round += 1) {
    for (const [field, of] of open) {
      const isRequired = schema?.required?.includes(field) ?? false;
      const value = typedAs(await ask(`${field} (${wordsOf(of)}${isRequired ? '' : '; may be left out'}): `), of);
      if (value === undefined) delete answers[field];
      else answers[field] = value;
    }
    const problems = await problemsOf(answers);
    open = fields.filter(([field]) => problems.has(field));
    remark(
      setting,
      open.map(([field]) => `${field}: ${problems.get(field)}`),
    );
  }
  return answers;
};

const keyOf = (part: unknown): string =>
  String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part);

const wordsOf = ({ enum: choices, format, type = 'JSON' }: JsonSchema): string =>
  choices ? choices.join(', ') : [type, format].flat().filter(Boolean).join(', ');

/** What was typed, as the field's type has it. Text that is not of that type is left to the contract to refuse. */
const typedAs = (typed: string, { type, enum: choices }: JsonSchema): Json | undefined => {
  const text = typed.trim();
  if (text === '') return undefined;
  if (type === 'string' || choices?.includes(text)) return text;
  if (type === 'boolean' && /^(y|yes|n|no)$/i.test(text)) return /^y/i.test(text);
  try {
    return JSON.parse(text);
  } catch {
    return text; // Not JSON: the contract says what it wants instead.
  }
};

/** Asks on the terminal of this process, beside what goes to stdout. */
export const askOnTerminal: Ask = async (question) => {
  const ended = new AbortController();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.once('close', () => ended.abort());
  terminal.once('SIGINT', () => terminal.close());
  try {
    return await terminal.question(question, { signal: ended.signal });
  } catch (error) {
    if (!ended.signal.aborted) throw error;
    throw new CliError(
      'HDL683',
      2,
      'the form was ended before it was filled in',
      'an answer, or --input',
      'start again',
    );
  } finally {
    terminal.close();
  }
};
