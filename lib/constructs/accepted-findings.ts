// Findings of cdk-nag that we keep, each with its reason, beside the resource it is about.
import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

export const acceptFinding = (construct: IConstruct, id: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id, reason });
