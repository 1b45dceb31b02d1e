// The input transformer: a template with <variables>, each a value of the event.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
import { readJsonPath } from './event-path.ts';

/** What the template may name besides the variables of its own path map. */
export type TemplateFacts = {
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly ingestionTime: string;
};

const variablesOf = (
  event: { readonly detail: unknown },
  facts: TemplateFacts,
): { readonly [name: string]: unknown } => {
  const { detail: _left, ...withoutDetail } = event;
  return {
    'aws.events.rule-arn': facts.ruleArn,
    'aws.events.rule-name': facts.ruleName,
    'aws.events.event.ingestion-time': facts.ingestionTime,
    'aws.events.event': withoutDetail,
    'aws.events.event.json': event,
  };
};

/** Inside a JSON string a value is escaped text; elsewhere it is JSON; in a template that is no JSON it is plain text. */
const render = (value: unknown, place: 'string' | 'json' | 'text'): string => {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  if (place === 'json') return value === undefined ? 'null' : JSON.stringify(value);
  return place === 'string' ? JSON.stringify(text).slice(1, -1) : text;
};

const isJson = (template: string): boolean => /^\s*([[{"]|<[^<>]+>\s*$)/.test(template);

/** Fills in `template`. `paths` maps its variables to JSON paths into the event. */
export const fillTemplate = (
  template: string,
  paths: { readonly [name: string]: string },
  event: { readonly detail: unknown },
  facts: TemplateFacts,
): string => {
  const known = variablesOf(event, facts);
  const json = isJson(template);
  let inString = false;
  // One alternative for what switches the place (an escape, a quote), one for a variable.
  return template.replace(/\\.|"|<([A-Za-z][\w.-]*)>/gs, (found, name: string | undefined) => {
    if (name === undefined) {
      if (found === '"') inString = !inString;
      return found;
    }
    const path = Object.hasOwn(paths, name) ? paths[name] : undefined;
    if (path === undefined && !Object.hasOwn(known, name)) return found;
    const value = path === undefined ? known[name] : readJsonPath(path, event);
    return render(value, json ? (inString ? 'string' : 'json') : 'text');
  });
};
