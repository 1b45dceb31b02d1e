// CloudFormation's limit for a stack, told as a mistake of a definition: with what makes so many, and what to do.
import { CfnResource, Stack } from 'aws-cdk-lib';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { formatDiagnostic } from '../definition/index.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const mostResources = 500;

const resourcesIn = (scope: Construct): number => {
  const stack = Stack.of(scope);
  return scope.node.findAll().filter((each) => CfnResource.isCfnResource(each) && Stack.of(each) === stack).length;
};

/** Bytes of a template that lies in S3, where CDK puts it. Same page. */
export const mostTemplateBytes = 1_000_000;

/**
 * HDL226: the definitions of a stack's state machines alone are longer than the template that CloudFormation takes. What else
 * stands in the stack comes on top: CDK warns of the whole. Fix: give the pipeline a stack of its own (`new Pipeline` in it), or
 * make a part of it a pipeline of its own that this one runs (`flow.run`).
 */
export const checkTemplate = (pipeline: Construct, name: string): void => {
  pipeline.node.addValidation({
    validate: () => {
      const stack = Stack.of(pipeline);
      const all = definitionBytesIn(stack);
      if (all <= mostTemplateBytes) return [];
      const own = definitionBytesIn(pipeline);
      return [
        formatDiagnostic({
          code: 'HDL226',
          severity: 'error',
          at: name,
          message: `the definitions in the stack ${stack.node.path} have ${all} bytes as a template has them, ${own} of them of ${name}, but CloudFormation takes templates of ${mostTemplateBytes}`,
          fix:
            own > mostTemplateBytes
              ? 'make parts of it pipelines of their own, which it runs with flow.run, each in a stack of its own'
              : 'make it with new Pipeline in a stack of its own',
        }),
      ];
    },
  });
};

/** As JSON writes them, which escapes every quotation mark. */
const definitionBytesIn = (scope: Construct): number =>
  scope.node
    .findAll()
    .filter((each) => each instanceof CfnStateMachine && Stack.of(each) === Stack.of(scope))
    .reduce(
      (sum, each) => sum + Buffer.byteLength(JSON.stringify((each as CfnStateMachine).definitionString ?? '')),
      0,
    );

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
