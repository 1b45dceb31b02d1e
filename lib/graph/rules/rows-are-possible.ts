import type { Diagnostic, MapNode } from '../../definition/index.ts';
import { mostRowBytes } from '../../records/index.ts';
import type { Rule } from './rule.ts';
import { isWhole } from './wording.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketForm = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * HDL730: rows of a map that cannot be: `batchBytes` of a list that is in the ledger, which is handed out by number, or that is not from 1
 * to 180,000; or a bucket whose name S3 would not take. Fix: as the message says.
 */
export const rowsArePossible: Rule = ({ graph: { pipeline, stages } }) =>
  stages.flatMap(({ id, node }) =>
    node.kind === 'map' && (node.each ?? id) === id // of a flow.each once
      ? problemsOf(node).map(
          (problem): Diagnostic => ({ code: 'HDL730', severity: 'error', at: `${pipeline.name}.${id}`, ...problem }),
        )
      : [],
  );

const problemsOf = ({ batchBytes, rows }: MapNode): readonly Pick<Diagnostic, 'message' | 'fix'>[] => [
  ...(batchBytes !== undefined && !rows
    ? [
        {
          message: 'batchBytes is of a list in the ledger, of which each call gets so many items, whatever their size',
          fix: 'set batch alone; or map over rows in S3 with fromS3',
        },
      ]
    : batchBytes !== undefined && !isWhole(batchBytes, 1, mostRowBytes)
      ? [
          {
            message: `batchBytes is ${batchBytes}, but one call gets 1 to ${mostRowBytes.toLocaleString('en-US')} bytes of rows`,
            fix: 'set it in that range, or leave it out',
          },
        ]
      : []),
  ...(rows && typeof rows.bucket !== 'string' && !bucketForm.test(rows.bucket.name)
    ? [
        {
          message: `the bucket is called ${JSON.stringify(rows.bucket.name)}, which is no name of a bucket`,
          fix: "write its name alone, like 'acme-inventories'",
        },
      ]
    : []),
];
