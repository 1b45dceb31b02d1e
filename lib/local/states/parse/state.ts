// Parses one state of a sequence.
import { late } from '../../late-modules.ts';
import { allowedFields } from './allowed-fields.ts';
import { dataFlow } from './data-flow.ts';
import type { Fields } from './fields.ts';
import type { Sequence, State } from './machine.ts';
import { guards } from './retry-catch.ts';
import { parseTask } from './task.ts';

const choice = late<typeof import('./choice.ts')>(import.meta.url, './choice.ts');
const wait = late<typeof import('./wait.ts')>(import.meta.url, './wait.ts');
const fail = late<typeof import('./fail.ts')>(import.meta.url, './fail.ts');
const map = late<typeof import('./map.ts')>(import.meta.url, './map.ts');

type ParseSequence = (fields: Fields, express: boolean) => Sequence;

const LONGEST_NAME = 80;
const TYPES = ['Task', 'Wait', 'Pass', 'Succeed', 'Fail', 'Choice', 'Parallel', 'Map']; // in AWS's order
const TERMINAL = new Set(['Succeed', 'Fail', 'Choice']);

const GIVEN_OR_BY_PATH = [
  'Error',
  'Cause',
  'TimeoutSeconds',
  'HeartbeatSeconds',
  'MaxConcurrency',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
];

const checkFields = (fields: Fields, type: string): boolean => {
  const allowed = allowedFields(type, fields.language);
  if (allowed === undefined) {
    fields.wrong('Type', `The field 'Type' should have one of these values: [${TYPES.join(', ')}]`);
    return false;
  }
  const { language } = fields;
  const other = language === 'JSONata' ? 'JSONPath' : 'JSONata';
  const foreign = Object.keys(fields.json).filter(
    (field) => !allowed.includes(field) && allowedFields(type, other)?.includes(field),
  );
  for (const field of foreign) {
    fields.wrong(
      '',
      `The QueryLanguage is set to '${language}', but field '${field}' is only supported for the '${other}' QueryLanguage`,
    );
  }
  fields.only([...allowed, ...foreign]);
  for (const field of GIVEN_OR_BY_PATH) fields.exclusive(field, `${field}Path`);
  return true;
};

const nextOf = (fields: Fields, type: string): string | undefined => {
  if (TERMINAL.has(type)) return undefined;
  const next = fields.text('Next');
  const end = fields.get('End') === true;
  if (next === undefined && !end)
    fields.diagnostics.add('MISSING_TRANSITION_TARGET', fields.location, "Missing 'Next' or 'End'");
  if (next !== undefined && end) fields.wrong('', "Only one of 'Next' and 'End' can be given");
  return next;
};

/** Undefined where the state is too wrong to have a kind. */
export const parseState = (
  name: string,
  fields: Fields,
  express: boolean,
  parseSequence: ParseSequence,
): State | undefined => {
  if (name.length > LONGEST_NAME) fields.wrong('', `The name of a state has at most ${LONGEST_NAME} characters`);
  fields.require('Type');
  const type = fields.text('Type');
  if (type === undefined || !checkFields(fields, type)) return undefined;
  const next = nextOf(fields, type);
  const common = { name, language: fields.language, next };
  switch (type) {
    case 'Task':
      return parseTask(name, fields, next, express);
    case 'Pass':
      return { ...common, kind: 'Pass', flow: dataFlow(fields), result: fields.get('Result') };
    case 'Choice':
      return choice().parseChoice(name, fields);
    case 'Wait':
      return wait().parseWait(name, fields, next);
    case 'Succeed':
      return { ...common, kind: 'Succeed', flow: dataFlow(fields) };
    case 'Fail':
      return fail().parseFail(name, fields);
    case 'Parallel': {
      fields.require('Branches');
      const branches = fields.objects('Branches').map((branch) => parseSequence(branch, express));
      return { ...common, kind: 'Parallel', flow: dataFlow(fields), branches, ...guards(fields) };
    }
    case 'Map':
      return map().parseMap(name, fields, next, express, parseSequence);
    default:
      return undefined;
  }
};
