import { isShape } from '../field-reader.ts';

const SUBSTITUTION = /\$\{([^!}][^}]*)\}/g;

const namesIn = (text: string, own: readonly string[]): readonly string[] =>
  [...text.matchAll(SUBSTITUTION)].map(([, name = '']) => name.trim()).filter((name) => !own.includes(name));

const beforeDot = (name: string): string => name.split('.')[0] ?? name;

/** The names that a value refers to by Ref, Fn::GetAtt and Fn::Sub: logical ids, parameters, pseudo parameters. */
export const referencesOf = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesOf);
  if (!isShape(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [beforeDot(String(Array.isArray(inner) ? inner[0] : inner))];
    if (key !== 'Fn::Sub') return referencesOf(inner);
    const [text, variables] = Array.isArray(inner) ? inner : [inner, {}];
    const own = isShape(variables) ? Object.keys(variables) : [];
    return [...namesIn(String(text), own).map(beforeDot), ...referencesOf(variables)];
  });
};

/** The names of exports that a value imports. */
export const importsOf = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(importsOf);
  if (!isShape(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Fn::ImportValue' && typeof inner === 'string' ? [inner] : importsOf(inner),
  );
};
