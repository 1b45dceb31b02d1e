import { isShape } from '../field-reader.ts';
import type { EngineContext } from '../service.ts';
import { ssmValue } from './parameters.ts';
import { templateError } from './problem.ts';

const REFERENCE = /\{\{resolve:([^:}]+):([^}]+)\}\}/;

const inText = async (text: string, where: string, context: EngineContext): Promise<string> => {
  const [found, service, name = ''] = REFERENCE.exec(text) ?? [];
  if (found === undefined) return text;
  if (service !== 'ssm' && service !== 'ssm-secure')
    throw templateError(
      where,
      `the dynamic reference ${found}`,
      'ssm parameters only',
      'use an SSM parameter locally.',
    );
  const value = await ssmValue(context, where, name.replace(/:\d+$/, ''));
  return inText(
    text.replace(found, () => value),
    where,
    context,
  );
};

/** `value` with `{{resolve:ssm:NAME}}` replaced by the values of SSM parameters. */
export const resolveReferences = async (value: unknown, where: string, context: EngineContext): Promise<unknown> => {
  if (typeof value === 'string') return inText(value, where, context);
  if (Array.isArray(value)) return Promise.all(value.map((each) => resolveReferences(each, where, context)));
  if (!isShape(value)) return value;
  const fields = Object.entries(value).map(async ([name, inner]) => [
    name,
    await resolveReferences(inner, where, context),
  ]);
  return Object.fromEntries(await Promise.all(fields));
};
