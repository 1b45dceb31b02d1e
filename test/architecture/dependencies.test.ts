// The import rules of rules.cjs, run over the whole of bin, lib and lambdas.
import { createRequire } from 'node:module';
import { beforeAll, expect, test } from '@jest/globals';
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import extractTypescriptConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const rules = createRequire(import.meta.url)('./rules.cjs') as {
  readonly forbidden: IForbiddenRuleType[];
  readonly options: ICruiseOptions;
};

let result: ICruiseResult;
beforeAll(async () => {
  const { forbidden, options } = rules;
  const { output } = await cruise(
    ['bin', 'lib', 'lambdas'],
    { ...options, validate: true, ruleSet: { forbidden } },
    undefined,
    { tsConfig: extractTypescriptConfig('tsconfig.json') },
  );
  if (typeof output === 'string') throw new Error(output);
  result = output;
});

test('dependency-cruiser read the sources', () => {
  // It says "no violations" of what it could not read too.
  const own = result.modules.map(({ source }) => source).filter((source) => /^(bin|lib|lambdas)\//.test(source));
  expect(own.length).toBeGreaterThan(250);
  expect(own).toEqual(expect.arrayContaining(['bin/app.ts', 'lib/asl/compile.ts', 'lib/local/index.ts']));
  const compile = result.modules.find(({ source }) => source === 'lib/asl/compile.ts');
  expect(compile?.dependencies.map(({ resolved }) => resolved)).toContain('lib/graph/index.ts');
});

test('every import keeps the rules', () => {
  const broken = result.summary.violations.map(({ rule, from, to, cycle }) =>
    [rule.name, from, ...(cycle ? cycle.map(({ name }) => name) : [to])].join(' -> '),
  );
  expect([...new Set(broken)].sort()).toEqual([]);
});
