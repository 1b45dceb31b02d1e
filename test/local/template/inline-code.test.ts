import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type TestEngine, testEngine } from '../engine/open-engine.ts';

let place: TestEngine;
beforeEach(() => {
  place = testEngine();
});
afterEach(() => place.remove());

test('a function whose code is a text of the template', async () => {
  const F = (answer: string) => ({
    Type: 'AWS::Lambda::Function',
    Properties: {
      ...{ FunctionName: 'f', Handler: 'index.handler', Runtime: 'nodejs24.x' },
      Code: { ZipFile: `exports.handler = async () => '${answer}';` },
    },
  });
  for (const answer of ['one', 'two']) {
    const engine = await place.open({ App: { template: { Resources: { F: F(answer) } } } });
    const { Payload } = await engine.service('lambda').call('Invoke', { FunctionName: 'f' });
    expect(Payload).toBe(`"${answer}"`);
  }
});
