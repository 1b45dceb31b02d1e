import { expect, test } from '@jest/globals';
import { readJsonPath } from '../../lib/support/event-path.ts';
import { fillTemplate } from '../../lib/support/event-template.ts';

const event = {
  id: 'e1',
  source: 'shop',
  detail: { name: 'a "b"', n: 3, list: [{ k: 1 }, { k: 2 }], 'with-dash': true, nested: { deep: 'x' } },
};
const facts = { ruleArn: 'arn:rule', ruleName: 'mine', ingestionTime: '2026-11-24T10:00:00Z' };
const paths = { name: '$.detail.name', n: '$.detail.n', list: '$.detail.list', none: '$.detail.none', id: '$.id' };

// name | template | result
const rows: readonly (readonly [string, string, string])[] = [
  [
    'JSON values',
    '{"name": <name>, "n": <n>, "list": <list>}',
    '{"name": "a \\"b\\"", "n": 3, "list": [{"k":1},{"k":2}]}',
  ],
  ['inside a JSON string', '{"text": "<n> of <name>!"}', '{"text": "3 of a \\"b\\"!"}'],
  ['an object inside a string', '{"text": "<list>"}', '{"text": "[{\\"k\\":1},{\\"k\\":2}]"}'],
  ['a quoted sentence', '"<id> is <n>"', '"e1 is 3"'],
  ['a text that is no JSON', '<id> is <name>', 'e1 is a "b"'],
  ['one variable alone', '<name>', '"a \\"b\\""'],
  ['a path without a value', '{"a": <none>, "b": "<none>"}', '{"a": null, "b": ""}'],
  ['an escaped quote does not end the string', '{"a": "\\"<n>\\"", "b": <n>}', '{"a": "\\"3\\"", "b": 3}'],
  ['an unknown variable stays', '{"a": "<other>"}', '{"a": "<other>"}'],
  [
    'the rule',
    '{"rule": "<aws.events.rule-name>", "arn": <aws.events.rule-arn>}',
    '{"rule": "mine", "arn": "arn:rule"}',
  ],
  ['the time', '{"at": <aws.events.event.ingestion-time>}', '{"at": "2026-11-24T10:00:00Z"}'],
  ['the event without detail', '{"event": <aws.events.event>}', '{"event": {"id":"e1","source":"shop"}}'],
  ['the whole event', '<aws.events.event.json>', JSON.stringify(event)],
];
test.each(rows)('%s', (_name, template, expected) => {
  expect(fillTemplate(template, paths, event, facts)).toBe(expected);
});

test.each<readonly [string, unknown]>([
  ['$', event],
  ['$.source', 'shop'],
  ['$.detail.list[1].k', 2],
  ['$.detail.list[*].k', [1, 2]],
  ['$.detail.with-dash', true],
  ["$.detail['nested']['deep']", 'x'],
  ['$.detail.nested.*', ['x']],
  ['$.detail.list[9]', undefined],
  ['detail.n', undefined],
])('path %s', (path, expected) => {
  expect(readJsonPath(path, event)).toEqual(expected);
});
