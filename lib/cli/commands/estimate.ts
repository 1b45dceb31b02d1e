import { checkLimits, estimate as estimateOf } from '../../asl/index.ts';
import { formatDiagnostic } from '../../definition/index.ts';
import { graphOf } from '../../graph/index.ts';
import { checkedPipeline } from '../checked-pipeline.ts';
import type { Command } from '../command.ts';
import { estimateReport } from '../estimate-report.ts';
import { pricesFile, readPrices } from '../prices.ts';
import { columnsOf, print, printJson, remark } from '../setting.ts';

export const estimate: Command = {
  words: 'estimate',
  says: 'what a run would cost in AWS and how near it comes to the limits, before it runs',
  operands: [{ name: 'pipeline', required: true }],
  options: {
    items: { value: 'N', says: 'items of every map, instead of what it is expected to get' },
    prices: { value: 'FILE', says: `prices to use instead (default: ${pricesFile} of the app, else list prices)` },
    json: { says: 'the whole estimate on one line' },
  },
  notes: [
    'A limit that a run certainly breaks is told on stderr, with exit code 2.',
    "Say what you know with defineStage(…, { expect: { duration: '800ms' } }) and flow.map(…, { expect: { items: 1000 } }).",
  ],
  run: async (given, setting) => {
    const pipeline = await checkedPipeline(setting, given.operands[0] ?? '');
    const items = given.whole('items', 0);
    const graph = graphOf(pipeline);
    const prices = readPrices(setting, given.text('prices'));
    const estimated = estimateOf(graph, { prices, ...(items === undefined ? {} : { items }) });
    const diagnostics = checkLimits(graph, estimated);
    if (given.has('json')) printJson(setting, [{ ...estimated, diagnostics }]);
    else print(setting, estimateReport(estimated, columnsOf(setting.stdout)));
    remark(setting, diagnostics.map(formatDiagnostic));
    return diagnostics.some(({ severity }) => severity === 'error') ? 2 : 0;
  },
};
