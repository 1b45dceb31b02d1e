// What AWS refuses of a JSONata expression as a machine is made. The codes, and but for the last the words, are those that it was seen to give.
import { expect, test } from '@jest/globals';
import { parseDefinition } from '../../../lib/local/states/parse/definition.ts';

const INVALID = 'INVALID_JSONATA_EXPRESSION';
const UNSUPPORTED = 'UNSUPPORTED_JSONATA_EXPRESSION';

test.each<[string, string, string, string]>([
  [
    'an error outside of a Catch',
    '{% $states . errorOutput.Error %}',
    UNSUPPORTED,
    "Field '$states.errorOutput' does not exist.",
  ],
  ['the root of a document that there is not', "{% $$ & '$$' %}", UNSUPPORTED, "Reference to '$$' is not supported."],
  [
    'that root between others that are none',
    "{% $states.input.`$$` & $match($states.input, /'\\$$/) /* $$ */ & $$ %}",
    UNSUPPORTED,
    "Reference to '$$' is not supported.",
  ],
  [
    'a field of $states that there is not, behind a division',
    '{% $states.input.a / 2 + $states.`results` / 2 %}',
    UNSUPPORTED,
    "Field '$states.results' does not exist.",
  ],
  ['no JSONata', '{% a[1,2) %}', INVALID, 'Expected "]", got ","'],
  ['half an expression', '{% 1 + %}', INVALID, 'Unexpected end of expression'],
  ['no expression', '{%%}', INVALID, 'Unexpected end of expression'],
  // Measured by others: https://github.com/iwamot/sfnx/blob/main/docs/design.md
  [
    'an operator that came after JSONata 2.0.6',
    "{% $match('?:', /(?:a)/) ? ($states.input.a ?? 1) : 2 %}",
    INVALID,
    'The symbol "?" cannot be used as a unary operator',
  ],
  [
    'another of them',
    "{% $match('??', /(?:a)/) ? 1 : $states.input.a ?: 2 %}",
    INVALID,
    'The symbol ":" cannot be used as a unary operator',
  ],
  // https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
  ...['{% 1', ' {% 1 %}', '{%}'].map((text): [string, string, string, string] => [
    `improperly opened or closed: '${text}'`,
    text,
    INVALID,
    `'${text}' is not an expression: it must start with '{%' and end with '%}'`,
  ]),
])('%s', (_name, Output, code, message) => {
  const definition = { QueryLanguage: 'JSONata', StartAt: 'S', States: { S: { Type: 'Pass', Output, End: true } } };
  const { diagnostics } = parseDefinition(JSON.stringify(definition), {
    express: false,
    ambient: { now: () => 0, random: () => 0 },
  });
  expect(diagnostics).toEqual([{ code, location: '/States/S/Output', message, severity: 'ERROR' }]);
});

test.each([["{% $match('?:', /(?:a)/) ? '??' : 2 %}"], ['{% $states.input.a ?1:2 %}'], ['of 100 % at {% most']])(
  '%s is none of them',
  (Output) => {
    const definition = { QueryLanguage: 'JSONata', StartAt: 'S', States: { S: { Type: 'Pass', Output, End: true } } };
    expect(
      parseDefinition(JSON.stringify(definition), { express: false, ambient: { now: () => 0, random: () => 0 } }).ok,
    ).toBe(true);
  },
);
