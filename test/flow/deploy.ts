// A pipeline as its construct deploys it: its machines, and the parameter that describes it to the operators.
import { compile } from '../../lib/asl/index.ts';
import { lowTriggers } from '../../lib/constructs/triggers/names.ts';
import type { Pipeline } from '../../lib/definition/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { compensationSuffix } from '../../lib/records/index.ts';
import type { TestServices } from '../services.ts';

const buckets: { readonly [placeholder: string]: string } = { payloadBucket: 'payloads', inboxBucket: 'inbox' };
const roleArn = 'arn:aws:iam::123456789012:role/x';

/** The engine has no Bedrock: functions of the bench's stand in for its calls. */
const withoutBedrock = (text: string): string =>
  text.replaceAll('arn:aws:states:::aws-sdk:bedrock:', 'arn:aws:lambda:us-east-1:123456789012:function:bedrock_');

/** Placeholders of stages become `<pipeline>_<placeholder>`, those of operators stay as they are. */
export const deploy = async (local: TestServices, prefix: string, pipeline: Pipeline): Promise<void> => {
  const { definition, hash, stages: ids, compensation } = compile(graphOf(pipeline));
  const filled = (text: string) =>
    withoutBedrock(text).replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
      if (name === 'definitionHash') return hash;
      return /^(stage|fallback|compensate)_/.test(name) ? `${pipeline.name}_${name}` : (buckets[name] ?? name);
    });
  const { stateMachineArn } = await local.service('sfn').call('CreateStateMachine', {
    name: `${prefix}${pipeline.name}`,
    type: pipeline.type.toUpperCase(),
    definition: filled(definition),
    roleArn,
  });
  const undoing =
    compensation &&
    (await local.service('sfn').call('CreateStateMachine', {
      name: `${prefix}${pipeline.name}${compensationSuffix}`,
      definition: filled(compensation),
      roleArn,
    }));
  await local.service('ssm').call('PutParameter', {
    Name: `/heddle/heddle/${pipeline.name}`,
    Type: 'String',
    Value: JSON.stringify({
      pipeline: pipeline.name,
      stateMachineArn,
      type: pipeline.type,
      definitionHash: hash,
      compensationArn: undoing ? undoing.stateMachineArn : undefined,
      deadline: pipeline.deadline,
      partitions: pipeline.partitions,
      uses: pipeline.uses,
      admission: pipeline.admission,
      upstream: Object.fromEntries(Object.entries(pipeline.upstream).map(([alias, { name }]) => [alias, name])),
      stages: ids,
      lowTriggers: lowTriggers(pipeline),
      deadLetterQueueUrl: local.queueUrl,
    }),
  });
};
