import { afterEach, expect, test } from '@jest/globals';
import { testEngine } from '../engine/open-engine.ts';

const place = testEngine();
afterEach(() => place.remove());

test('a parameter without a name gets one that SSM takes, whatever its stack is called', async () => {
  const P = { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'x' } };
  const engine = await place.open({ 'aws-data': { template: { Resources: { P } } } });
  expect(engine.stacks).toMatchObject([{ resources: [{ physicalId: 'CFN-aws-data-P' }] }]);
});
