// CloudFormation's intrinsic functions.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
import { isShape } from '../field-reader.ts';
import type { Shape } from '../service.ts';
import { templateError } from './problem.ts';

/** What a value can refer to. Each throws where there is no such thing. */
export interface Scope {
  /** For messages: `Stack.LogicalId`. */
  readonly where: string;
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  condition(name: string): boolean;
  mapping(path: readonly string[]): unknown;
  imported(name: string): unknown;
}

/** What AWS::NoValue gives: the property or element is left out. */
const ABSENT = Symbol('AWS::NoValue');

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const wrong = (scope: Scope, name: string, expected: string): Error =>
  templateError(scope.where, `${name} with other arguments`, expected, 'correct the template.');

const textOf = (value: unknown, scope: Scope, name: string): string => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw wrong(scope, `${name} of ${JSON.stringify(value)}`, 'a string');
};

const getAtt: Intrinsic = (argument, scope) => {
  const parts = Array.isArray(argument) ? argument.map((part) => String(evaluate(part, scope))) : [String(argument)];
  const [id = '', ...attribute] = parts.join('.').split('.');
  return scope.attribute(id, attribute.join('.'));
};

const sub: Intrinsic = (argument, scope) => {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = isShape(variables) ? variables : {};
  return String(template).replace(/\$\{(!?)([^}]+)\}/g, (_found, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const trimmed = name.trim();
    if (Object.hasOwn(own, trimmed)) return textOf(evaluate(own[trimmed], scope), scope, 'Fn::Sub');
    const value = trimmed.includes('.') ? getAtt(trimmed, scope) : scope.ref(trimmed);
    return textOf(value, scope, 'Fn::Sub');
  });
};

const join: Intrinsic = (argument, scope) => {
  const [separator, parts] = asList(argument);
  const list = evaluate(parts, scope);
  if (!Array.isArray(list)) throw wrong(scope, 'Fn::Join', 'a separator and a list');
  return list.map((part) => textOf(part, scope, 'Fn::Join')).join(String(separator));
};

const select: Intrinsic = (argument, scope) => {
  const [index, list] = asList(argument).map((part) => evaluate(part, scope));
  const found = Array.isArray(list) ? list[Number(index)] : undefined;
  if (found === undefined) throw wrong(scope, `Fn::Select ${String(index)}`, 'an index into the list');
  return found;
};

const findInMap: Intrinsic = (argument, scope) => {
  const parts = asList(argument).map((part) => evaluate(part, scope));
  const options = parts.find(isShape);
  const path = parts.filter((part) => !isShape(part)).map(String);
  const found = scope.mapping(path);
  if (found !== undefined) return found;
  if (options && 'DefaultValue' in options) return options.DefaultValue;
  throw wrong(scope, `Fn::FindInMap ${path.join('.')}`, 'a key of the mapping');
};

/** A condition function, or `{ Condition: name }`. */
const holds = (condition: unknown, scope: Scope): boolean => {
  if (isShape(condition) && typeof condition.Condition === 'string') return scope.condition(condition.Condition);
  return evaluate(condition, scope) === true;
};

const INTRINSICS: { readonly [name: string]: Intrinsic } = {
  Ref: (argument, scope) => (argument === 'AWS::NoValue' ? ABSENT : scope.ref(String(argument))),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': sub,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': (argument, scope) => {
    const [separator, text] = asList(argument);
    return textOf(evaluate(text, scope), scope, 'Fn::Split').split(String(separator));
  },
  'Fn::If': (argument, scope) => {
    const [condition, yes, no] = asList(argument);
    return evaluate(scope.condition(String(condition)) ? yes : no, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = asList(argument).map((part) => evaluate(part, scope));
    return String(left) === String(right);
  },
  'Fn::Not': (argument, scope) => !holds(asList(argument)[0], scope),
  'Fn::And': (argument, scope) => asList(argument).every((each) => holds(each, scope)),
  'Fn::Or': (argument, scope) => asList(argument).some((each) => holds(each, scope)),
  'Fn::ImportValue': (argument, scope) => scope.imported(String(evaluate(argument, scope))),
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, scope) => Buffer.from(String(evaluate(argument, scope))).toString('base64'),
  'Fn::ToJsonString': (argument, scope) => JSON.stringify(evaluate(argument, scope)),
  'Fn::Length': (argument, scope) => asList(evaluate(argument, scope)).length,
  'Fn::GetAZs': (_argument, scope) => ['a', 'b', 'c'].map((zone) => `${String(scope.ref('AWS::Region'))}${zone}`),
};

/** The function that an object with this single key calls; undefined where it is plain data. */
const intrinsicOf = (shape: Shape, scope: Scope): readonly [Intrinsic, unknown] | undefined => {
  const [entry, ...others] = Object.entries(shape);
  if (!entry || others.length > 0) return undefined;
  const [name, argument] = entry;
  const known = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
  if (known) return [known, argument];
  if (!name.startsWith('Fn::')) return undefined;
  const names = Object.keys(INTRINSICS).join(', ');
  throw templateError(scope.where, `the intrinsic function ${name}`, `one of ${names}`, 'write the value without it.');
};

/** `value` with its intrinsic functions evaluated. Properties whose value is AWS::NoValue are left out. */
export const evaluate = (value: unknown, scope: Scope): unknown => {
  if (Array.isArray(value)) return value.map((each) => evaluate(each, scope)).filter((each) => each !== ABSENT);
  if (!isShape(value)) return value;
  const intrinsic = intrinsicOf(value, scope);
  if (intrinsic) {
    const [call, argument] = intrinsic;
    return call(argument, scope);
  }
  const fields = Object.entries(value).map(([name, inner]): [string, unknown] => [name, evaluate(inner, scope)]);
  return Object.fromEntries(fields.filter(([, inner]) => inner !== ABSENT));
};

/** The properties of a resource, evaluated. */
export const evaluateShape = (value: Shape, scope: Scope): Shape => {
  const result = evaluate(value, scope);
  return isShape(result) ? result : {};
};
