import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { bytesOf, jsonSchemaOf, longest, usual } from '../../lib/graph/index.ts';

const unbounded = Number.POSITIVE_INFINITY;
const cases: [string, z.ZodType, number, number][] = [
  ['a number', z.number(), 8, 24],
  ['a flag', z.boolean(), 5, 5],
  ['a string', z.string(), 42, unbounded],
  ['a short string', z.string().max(3), 5, 20],
  ['a day', z.iso.date(), 12, 12],
  ['one of three', z.enum(['a', 'bb', 'ccc']), 5, 5],
  ['a constant', z.literal('four'), 6, 6],
  ['a number or nothing', z.number().nullable(), 8, 24],
  ['a list', z.array(z.boolean()), 62, unbounded],
  ['a short list', z.array(z.boolean()).max(2), 14, 14],
  ['an empty list', z.array(z.string()).max(0), 2, 2],
  ['an object', z.object({ n: z.number(), flag: z.boolean().optional() }), 28, 44],
  ['an open object', z.looseObject({ n: z.number() }), 215, unbounded],
  ['anything', z.unknown(), 200, unbounded],
];

test.each(cases)('%s', (_, contract, expected, most) => {
  const schema = jsonSchemaOf(contract, 'output');
  expect([bytesOf(schema, usual), bytesOf(schema, longest)]).toEqual([expected, most]);
});

test.each([
  ['numbers', z.array(z.number()).max(2), [-1.7976931348623157e308, 5e-324]],
  ['control characters', z.string().max(4), '\u0000\u0001\u0002\u0003'],
  ['an object', z.object({ naïve: z.string().max(2), b: z.boolean() }), { naïve: '€"', b: false }],
])('no JSON of %s is longer than the bound', (_, contract, value) => {
  const bytes = Buffer.byteLength(JSON.stringify(contract.parse(value)));
  expect(bytes).toBeLessThanOrEqual(bytesOf(jsonSchemaOf(contract, 'output'), longest));
});
