import type { Diagnostic, Pipeline } from '../../definition/index.ts';
import type { Rule } from './rule.ts';

/**
 * HDL264: the pattern of onEvent matches nothing or is none of EventBridge's: it names a source, and its leaves are lists that are
 * not empty. Fix: write { source: 'shop', detail: { state: ['ready'] } }.
 *
 * HDL268: a pipeline has more than one onRequest, and it has one URL. Fix: leave one.
 *
 * HDL266: two triggers take from one queue, so each would get some of the messages. Fix: give each a queue of its own.
 */
export const eventTriggersArePossible: Rule = ({ graph: { pipeline }, all }) => {
  const found: Diagnostic[] = [];
  const tell = (code: string, message: string, fix: string) =>
    found.push({ code, severity: 'error', at: pipeline.name, message, fix });
  const requests = pipeline.triggers.filter(({ kind }) => kind === 'request').length;
  if (requests > 1) tell('HDL268', `it has ${requests} times onRequest, and one URL`, 'leave one of them');
  for (const trigger of pipeline.triggers) {
    const problem = trigger.kind === 'event' ? patternProblem(trigger.pattern, []) : undefined;
    if (problem)
      tell(
        'HDL264',
        `the pattern of onEvent ${problem}`,
        "write one like { source: 'shop', detail: { state: ['ready'] } }",
      );
    if (trigger.kind !== 'queue') continue;
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(trigger.queue))
      tell('HDL264', `'${trigger.queue}' is no name of a queue`, "give its name, like fromQueue('orders-inbox', …)");
    const others = all.flatMap((other) => takersOf(other, trigger.queue)).length;
    if (others > 1)
      tell('HDL266', `${others} triggers take from the queue ${trigger.queue}`, 'give each a queue of its own');
  }
  return found;
};

const takersOf = ({ name, triggers }: Pipeline, queue: string): readonly string[] =>
  triggers.flatMap((trigger) => (trigger.kind === 'queue' && trigger.queue === queue ? [name] : []));

const patternProblem = (pattern: unknown, path: readonly string[]): string | undefined => {
  const at = path.join('.') || 'as a whole';
  if (Array.isArray(pattern)) return pattern.length === 0 ? `matches nothing: ${at} is an empty list` : undefined;
  if (typeof pattern !== 'object' || pattern === null)
    return `has ${JSON.stringify(pattern)} at ${at}, where a list is expected`;
  const fields = Object.entries(pattern);
  if (fields.length === 0) return `is empty at ${at}`;
  for (const [field, value] of fields) {
    const problem = patternProblem(value, [...path, field]);
    if (problem) return problem;
  }
  return undefined;
};
