// Jobs that a pipeline waits for: how Step Functions follows them, or how the machine does itself, and what that needs.

export interface ServiceJob {
  /** What the role needs besides the call itself, on anything: what a job is called is known once it runs. */
  readonly follow: readonly string[];
  /** The rule by which AWS hears of the job's end. @default it asks */
  readonly rule?: string;
  /** Where Step Functions does not follow a job, the machine asks for its status. */
  readonly poll?: ServicePoll;
}

export interface ServicePoll {
  /** The call that starts the job, as in `arn:aws:states:::<start>`, and the one that tells of it. */
  readonly start: string;
  readonly look: string;
  /** The call that ends it, once its time is over; it takes what `look` takes. */
  readonly stop: string;
  /** The field of the start's answer that names the job, and the parameter of `look` that takes it. */
  readonly given: string;
  readonly asked: string;
  /** Values of `Status` while it runs, and where it ended well. All others are failures. */
  readonly running: readonly string[];
  readonly done: readonly string[];
}

const sageMaker = (kind: string): ServiceJob => ({
  follow: [`sagemaker:Describe${kind}Job`, `sagemaker:Stop${kind}Job`, 'sagemaker:AddTags', 'sagemaker:ListTags'],
  rule: `StepFunctionsGetEventsForSageMaker${kind}JobsRule`,
});

/** By service and action. https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html */
export const serviceJobs: { readonly [call: string]: ServiceJob | undefined } = {
  'ecs:runTask': { follow: ['ecs:StopTask', 'ecs:DescribeTasks'], rule: 'StepFunctionsGetEventsForECSTaskRule' },
  'batch:submitJob': {
    follow: ['batch:DescribeJobs', 'batch:TerminateJob'],
    rule: 'StepFunctionsGetEventsForBatchJobsRule',
  },
  'sagemaker:createTrainingJob': sageMaker('Training'),
  'sagemaker:createTransformJob': sageMaker('Transform'),
  'sagemaker:createProcessingJob': sageMaker('Processing'),
  'bedrock:createModelCustomizationJob': {
    follow: ['bedrock:GetModelCustomizationJob', 'bedrock:StopModelCustomizationJob'],
  },
  'bedrock:createModelInvocationJob': {
    follow: ['bedrock:GetModelInvocationJob', 'bedrock:StopModelInvocationJob'],
    poll: {
      start: 'aws-sdk:bedrock:createModelInvocationJob',
      look: 'aws-sdk:bedrock:getModelInvocationJob',
      stop: 'aws-sdk:bedrock:stopModelInvocationJob',
      given: 'JobArn',
      asked: 'JobIdentifier',
      running: ['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Stopping'],
      done: ['Completed', 'PartiallyCompleted'],
    },
  },
  'glue:startJobRun': { follow: ['glue:GetJobRun', 'glue:GetJobRuns', 'glue:BatchStopJobRun'] },
  'codebuild:startBuild': {
    follow: ['codebuild:StopBuild', 'codebuild:BatchGetBuilds'],
    rule: 'StepFunctionsGetEventForCodeBuildStartBuildRule',
  },
};

const sync = /\.sync(:2)?$/;

export const isJob = (service: string): boolean => sync.test(service);

/** What is known of the job that a service starts. Undefined for one that is not followed, or not known. */
export const jobOf = (service: string): ServiceJob | undefined =>
  isJob(service) ? serviceJobs[callOf(service)] : undefined;

/** The service and action alone: `ecs:runTask`. */
export const callOf = (service: string): string => service.replace(/^aws-sdk:/, '').replace(sync, '');
