// Functions of JSONata where AWS's library (github.com/dashjoin/jsonata-java) differs from the jsonata package, or could; those of
// MEASURED were run on AWS by others (github.com/iwamot/sfnx, tests/test_asl.py).
import { failed, jsonata, pass, type Row, succeeded } from './row.ts';

const MEASURED = 'https://github.com/iwamot/sfnx/blob/main/tests/test_asl.py';
const LIBRARY = 'https://github.com/dashjoin/jsonata-java/blob/main/src/main/java/com/dashjoin/jsonata/Functions.java';

const row =
  (section: string) =>
  ([code, output]: readonly [string, unknown]): Row => ({
    section,
    name: code,
    definition: jsonata({ S: pass({ Output: `{% ${code} %}` }) }),
    expected: output === undefined ? failed('States.QueryEvaluationError') : succeeded(output),
  });

export const cornersOfFunctions: readonly Row[] = [
  ...(
    [
      ["$decodeUrlComponent('a+b%2Bc%20d')", 'a b+c d'],
      ["$decodeUrlComponent('%E6%97%A5')", '日'],
      ["$decodeUrlComponent('%E6')", '\ufffd'],
      ["$decodeUrlComponent('%zz')", undefined],
      ["$base64decode('YWJ')", 'ab'],
      ["$base64decode('5pel5pysIGE=')", '日本 a'],
      ["$base64decode('!!')", undefined],
      [String.raw`$parse("{'a': ['it\\'s', 'a \"b\"', {'a': 1}]}")`, { a: ["it's", 'a "b"', { a: 1 }] }],
      [`$parse('{"a": 1, "b": {"a": "b", "c": ["a"]}, "a": 2}')`, undefined],
      [`$parse('{"a": {"b": 1}, "b": "a"}')`, { a: { b: 1 }, b: 'a' }],
      [`$parse('[1e400]')`, undefined],
      [`$parse('NaN')`, undefined],
      ["$formatNumber(0.125, '0.00')", '0.12'],
      ["$formatNumber(2.675, '0.00')", '2.68'],
      ["$formatNumber(2.5, '0')", '2'],
      ["$formatNumber(3.5, '0')", '4'],
      ["$formatNumber(1234.5678, '#,##0.00')", '1,234.57'],
      ["$formatNumber(1234.5, '#,##0')", '1,234'],
      ["$formatNumber(-12, '00000')", '-00012'],
    ] as const
  ).map(row(MEASURED)),
  ...(
    [
      ["$base64encode('日本')", '5pel5pys'],
      ["$base64decode($base64encode('é'))", 'é'],
      ["$base64decode('')", ''],
      ["$base64decode('a')", undefined],
      ["$base64decode('YQ=')", undefined],
      ["$base64decode('_-8=')", undefined],
      ["$decodeUrl('https://x/a+b%2Fc')", 'https://x/a b/c'],
      ['[1, $base64decode($states.input.none), $decodeUrl($states.input.none)]', [1]],
    ] as const
  ).map(row(LIBRARY)),
];
