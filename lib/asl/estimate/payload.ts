// The longest JSON that a state machine passes on at each state: what AWS bounds at 256 KiB.
import type { Json } from '../../records/index.ts';
import { type AslMachine, type AslState, innerMachinesOf } from './machine.ts';

/** AWS: of a state's input, arguments, result or output. */
export const mostPayloadBytes = 262_144;

/** Bytes of JSON of each part of the flow's state, as it is at the end of the run, when it holds most. */
export interface FlowBytes {
  readonly run: number;
  readonly control: number;
  readonly chosen: number;
}

/** `{"run":,"control":,"chosen":}` */
const frame = 30;
/** What Step Functions puts around a Lambda's answer: status code, headers, request id. */
const aroundAnswer = 1_500;

/** An ARN, an index, a time. */
const longestFact = 300;

const wholeOf = ({ run, control, chosen }: FlowBytes): number => frame + run + control + chosen;

/** The longest payload at each state by name. `iterations` says how often a map runs what is inside. */
export const payloadsOf = (
  machine: AslMachine,
  flow: FlowBytes,
  iterations: (map: string) => number,
): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  const machines = [machine];
  for (const { States } of machines) {
    for (const [name, state] of Object.entries(States)) {
      found.set(name, stateBytes(name, state, flow, iterations));
      machines.push(...innerMachinesOf(state));
    }
  }
  return found;
};

const stateBytes = (name: string, state: AslState, flow: FlowBytes, iterations: (map: string) => number): number => {
  const result = resultBytes(name, state, flow, iterations);
  const templates = [state.Arguments, state.Output, state.ItemSelector];
  return Math.max(wholeOf(flow), result, ...templates.map((template) => templateBytes(template, flow)));
};

const resultBytes = (name: string, state: AslState, flow: FlowBytes, iterations: (map: string) => number): number => {
  if (state.Type === 'Task') return wholeOf(flow) + aroundAnswer;
  if (state.ResultWriter) return aroundAnswer; // where the results are, not the results
  if (state.Type === 'Map' && state.ItemProcessor)
    return 2 + iterations(name) * (outputBytes(state.ItemProcessor, flow) + 1);
  if (state.Branches) return state.Branches.reduce((sum, branch) => sum + outputBytes(branch, flow) + 1, 2);
  return 0;
};

/** The longest output of a branch or of a map's item: that of any state that ends it. */
const outputBytes = ({ States }: AslMachine, flow: FlowBytes): number =>
  Math.max(
    ...Object.values(States).map((state) => (state.Next || state.Choices ? 0 : templateBytes(state.Output, flow))),
  );

/**
 * Bytes of what a template gives. An expression gives at most the flow's state, unless it is one of those that say plainly
 * what they give.
 */
const templateBytes = (template: Json | undefined, flow: FlowBytes): number => {
  if (template === undefined) return wholeOf(flow); // no Output: the result or the input as it is
  if (typeof template === 'string' && template.startsWith('{%'))
    return expressionBytes(template.slice(2, -2).trim(), flow);
  if (Array.isArray(template)) return template.reduce<number>((sum, part) => sum + templateBytes(part, flow) + 1, 2);
  if (typeof template === 'object' && template !== null)
    return Object.entries(template).reduce<number>(
      (sum, [field, part]) => sum + Buffer.byteLength(JSON.stringify(field)) + 2 + templateBytes(part, flow),
      2,
    );
  return Buffer.byteLength(JSON.stringify(template));
};

const expressionBytes = (expression: string, flow: FlowBytes): number => {
  if (expression === '{}') return 2;
  if (expression === '$states.input.run') return flow.run;
  if (expression === '$states.input.chosen') return flow.chosen;
  if (/^\$states\.(context\.[\w.]+|input\.(index|size))$/.test(expression)) return longestFact;
  // A constant that would be read as something else, spelled in JSONata, is no longer than its spelling.
  if (!expression.includes('$states')) return Buffer.byteLength(expression);
  return wholeOf(flow);
};
