import type { Diagnostic, ServiceNode } from '../../definition/index.ts';
import { callOf, isJob, jobOf, serviceJobs } from '../service-jobs.ts';
import type { Rule } from './rule.ts';

const form = /^(aws-sdk:[a-z0-9]+:[a-z][A-Za-z0-9]*|[a-z-]+:[a-z][A-Za-z0-9]*(\.sync(:2)?)?)$/;
/** Services whose actions AWS grants on everything or nothing. */
const withoutResources = ['comprehend', 'polly', 'rekognition', 'textract', 'translate'];

/**
 * HDL242: a flow.service that cannot be: its service is not of the form `aws-sdk:<service>:<action>` or `<service>:<action>`,
 * it names no resource where AWS lets one be named, it waits for a job that Heddle does not know how to follow, or its timeout is no whole
 * number of seconds up to a day (of a job, 30 days). Fix: as the message says.
 */
export const serviceCallsArePossible: Rule = ({ graph: { pipeline, stages } }) =>
  stages.flatMap(({ id, node }) =>
    node.kind === 'service'
      ? problemsOf(node).map(
          (problem): Diagnostic => ({ code: 'HDL242', severity: 'error', at: `${pipeline.name}.${id}`, ...problem }),
        )
      : [],
  );

const problemsOf = ({ service, resources, timeoutSeconds }: ServiceNode) => {
  const problems: Pick<Diagnostic, 'message' | 'fix'>[] = [];
  if (!form.test(service))
    problems.push({
      message: `the service is '${service}', which names no action of AWS`,
      fix: "write it like 'aws-sdk:comprehend:detectSentiment' or 'sqs:sendMessage'",
    });
  const [name = ''] = service.replace(/^aws-sdk:/, '').split(':');
  if (resources.length === 0 || (resources.includes('*') && !withoutResources.includes(name)))
    problems.push({
      message: 'resources names nothing, so the role would reach everything',
      fix: "list the ARNs that the call touches; ['*'] is for services that take none",
    });
  if (form.test(service) && isJob(service) && !jobOf(service))
    problems.push({
      message: `it waits for a job of ${callOf(service)}, of which Heddle does not know what it needs`,
      fix: `wait for one of ${Object.keys(serviceJobs).join(', ')}; or call it without .sync`,
    });
  const days = isJob(service) ? 30 : 1;
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > days * 86_400)
    problems.push({
      message: `timeout is ${timeoutSeconds} s, but a ${days > 1 ? 'job' : 'call'} has whole seconds, from one to ${days > 1 ? '30 days' : 'a day'}`,
      fix: "set a span in that range, such as '1m'",
    });
  return problems;
};
