import { composeReport } from '../../../lib/pipelines/customer-intelligence/report/compose-report.ts';
import { compose } from '../../../lib/pipelines/customer-intelligence/report/contracts.ts';
import { stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(compose, async ({ input, run }) => composeReport(input, run));
