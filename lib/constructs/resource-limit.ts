// CloudFormation's limit for a stack, told as a mistake of a definition: with what makes so many, and what to do.
import { CfnResource, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { formatDiagnostic } from '../definition/index.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const mostResources = 500;

const resourcesIn = (scope: Construct): number => {
  const stack = Stack.of(scope);
  return scope.node.findAll().filter((each) => CfnResource.isCfnResource(each) && Stack.of(each) === stack).length;
};

/**
 * HDL225: a stack with a pipeline has more resources than CloudFormation takes; a stage makes five (function, role, policy, logs,
 * version). Asked when the app is synthesized, for only then is it known what else stands in the stack. Fix: give the pipeline a
 * stack of its own (`new Pipeline` in it), or make a part of it a pipeline of its own that this one runs (`flow.run`).
 */
export const checkResources = (pipeline: Construct, name: string, functions: number): void => {
  pipeline.node.addValidation({
    validate: () => {
      const stack = Stack.of(pipeline);
      const all = resourcesIn(stack);
      if (all <= mostResources) return [];
      const own = resourcesIn(pipeline);
      return [
        formatDiagnostic({
          code: 'HDL225',
          severity: 'error',
          at: name,
          message: `the stack ${stack.node.path} has ${all} resources, ${own} of them for the ${functions} functions of ${name}, but CloudFormation takes ${mostResources}`,
          fix:
            own > mostResources
              ? 'make parts of it pipelines of their own, which it runs with flow.run, each in a stack of its own'
              : 'make it with new Pipeline in a stack of its own',
        }),
      ];
    },
  });
};
