import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/index.ts';
import { testEngine } from '../engine/open-engine.ts';

const queueArn = { 'Fn::GetAtt': ['Queue', 'Arn'] };
const SOME = 'arn:aws:sqs:eu-west-1:111122223333:Values-Queue';

// name | value | what it gives (Q stands for the endpoint)
const rows: readonly (readonly [string, unknown, unknown])[] = [
  ['Ref of a parameter', { Ref: 'Size' }, '7'],
  ['Ref of a list parameter', { 'Fn::Join': ['+', { Ref: 'List' }] }, 'a+b'],
  ['Ref of a queue', { Ref: 'Queue' }, 'Q/111122223333/Values-Queue'],
  ['Ref of a bucket', { Ref: 'Bucket' }, 'values-bucket'],
  ['Ref of a role', { Ref: 'Role' }, 'Values-Role'],
  ['GetAtt', queueArn, SOME],
  ['GetAtt as text', { 'Fn::GetAtt': 'Queue.QueueName' }, 'Values-Queue'],
  ['GetAtt of a role', { 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:aws:iam::111122223333:role/Values-Role'],
  [
    'GetAtt of a bucket',
    { 'Fn::GetAtt': ['Bucket', 'RegionalDomainName'] },
    'values-bucket.s3.eu-west-1.amazonaws.com',
  ],
  ['Sub', { 'Fn::Sub': '${AWS::Region}/${Queue.Arn}/${Size}/${!Kept}' }, `eu-west-1/${SOME}/7/\${Kept}`],
  ['Sub with its own variables', { 'Fn::Sub': ['${Here}-${Size}', { Here: queueArn }] }, `${SOME}-7`],
  ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::AccountId' }, 3]] }, 'a-111122223333-3'],
  ['Select of Split', { 'Fn::Select': [5, { 'Fn::Split': [':', queueArn] }] }, 'Values-Queue'],
  ['If, true', { 'Fn::If': ['Large', 'yes', { Ref: 'Nothing' }] }, 'yes'],
  ['If, false', { 'Fn::If': ['Small', { Ref: 'Nothing' }, 'no'] }, 'no'],
  [
    'NoValue',
    { 'Fn::ToJsonString': { a: 1, b: { Ref: 'AWS::NoValue' }, c: [{ Ref: 'AWS::NoValue' }] } },
    '{"a":1,"c":[]}',
  ],
  ['FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'word'] }, 'big'],
  ['FindInMap, default', { 'Fn::FindInMap': ['Sizes', 'mars', 'word', { DefaultValue: 'none' }] }, 'none'],
  ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
  ['Length', { 'Fn::ToJsonString': { 'Fn::Length': { Ref: 'List' } } }, '2'],
  [
    'pseudo parameters',
    { 'Fn::Join': [' ', [{ Ref: 'AWS::Partition' }, { Ref: 'AWS::URLSuffix' }, { Ref: 'AWS::StackName' }]] },
    'aws amazonaws.com Values',
  ],
  [
    'data that only looks like an intrinsic',
    { 'Fn::ToJsonString': { Condition: 'x', Fn: 1 } },
    '{"Condition":"x","Fn":1}',
  ],
];

const template: Shape = {
  Parameters: {
    Size: { Type: 'Number', Default: 7 },
    List: { Type: 'CommaDelimitedList', Default: 'a, b' },
    BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/x/version' },
  },
  Mappings: { Sizes: { 'eu-west-1': { word: 'big' } } },
  Conditions: {
    Seven: { 'Fn::Equals': [{ Ref: 'Size' }, '7'] },
    Large: { 'Fn::And': [{ Condition: 'Seven' }, { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }] },
    Small: { 'Fn::Or': [{ 'Fn::Not': [{ Condition: 'Large' }] }, { 'Fn::Equals': ['a', 'b'] }] },
  },
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue' },
    Bucket: { Type: 'AWS::S3::Bucket' },
    Role: { Type: 'AWS::IAM::Role', Properties: {} },
    Absent: { Type: 'AWS::SQS::Queue', Condition: 'Small' },
    Copied: {
      Type: 'AWS::SSM::Parameter',
      Properties: { Type: 'String', Name: '/copy', Value: 'of {{resolve:ssm:/size}}' },
      DependsOn: 'Put',
    },
    Put: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Name: '/size', Value: '7' } },
  },
  Outputs: Object.fromEntries(rows.map(([, Value], place) => [`Row${place}`, { Value }])),
};

const place = testEngine();
let outputs: { readonly [name: string]: string } = {};
let copied: unknown;
let endpoint = '';
let made: readonly string[] = [];
beforeAll(async () => {
  const engine = await place.open({ Values: { template, environment: 'aws://111122223333/eu-west-1' } });
  endpoint = engine.endpoint;
  outputs = engine.stacks[0]?.outputs ?? {};
  made = engine.stacks[0]?.resources.map(({ logicalId }) => logicalId) ?? [];
  copied = await engine.service('ssm').call('GetParameter', { Name: '/copy' });
});
afterAll(() => place.remove());

test.each(rows.map((row, place) => [...row, place] as const))('%s', (_name, _value, expected, row) => {
  expect(outputs[`Row${row}`]?.replace(endpoint, 'Q')).toBe(expected);
});
test('a resource whose condition is false is not made', () => {
  expect(made).not.toContain('Absent');
});
test('a dynamic reference to an SSM parameter', () => {
  expect(copied).toMatchObject({ Parameter: { Value: 'of 7' } });
});
