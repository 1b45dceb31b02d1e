import { expect, test } from '@jest/globals';
import { awsSettings } from '../../lib/cli/aws-settings.ts';

const keys = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' };
const signed = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
const anyone = { accessKeyId: 'local', secretAccessKey: 'local' };

test.each([
  ['keys and a region', { ...keys, AWS_REGION: 'eu-west-1' }, { ...signed, region: 'eu-west-1' }],
  ['the default region', { ...keys, AWS_DEFAULT_REGION: 'eu-west-2' }, { ...signed, region: 'eu-west-2' }],
  [
    'a session',
    { ...keys, AWS_REGION: 'eu-west-1', AWS_SESSION_TOKEN: 'token' },
    { ...signed, region: 'eu-west-1', sessionToken: 'token' },
  ],
  [
    'an endpoint of its own',
    { ...keys, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'https://aws.example.com/' },
    { ...signed, region: 'eu-west-1', endpoint: 'https://aws.example.com' },
  ],
  [
    'an emulator on this machine takes anybody',
    { AWS_ENDPOINT_URL: 'http://localhost:4566' },
    { ...anyone, region: 'us-east-1', endpoint: 'http://localhost:4566' },
  ],
])('%s', async (_, environment, expected) => {
  const found = Object.entries(await awsSettings(environment)).filter(([, value]) => value !== undefined);
  expect(Object.fromEntries(found)).toEqual(expected);
});
