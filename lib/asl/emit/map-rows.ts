// A map over the rows of a file: Step Functions reads the file and hands out the rows themselves, a batch to each child.
import type { MapNode, RowsBucket, RowsFile, RowsFormat } from '../../definition/index.ts';
import type { Json } from '../../records/index.ts';
import { expression } from '../control.ts';
import type { State } from './piece.ts';

/** Bytes of rows in one call, so that with all else it stays below the 256 KiB of a state's input. */
const mostBatchBytes = 180_000;

/** What stands for the buckets in the definition. */
export const bucketPlaceholders: { readonly [bucket in RowsBucket]: string } = {
  inbox: 'inboxBucket',
  artifacts: 'payloadBucket',
};

const readers: { readonly [format in RowsFormat]: { readonly [field: string]: Json } } = {
  jsonl: { InputType: 'JSONL' },
  json: { InputType: 'JSON' },
  csv: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
};

export const rowsFields = (node: MapNode, rows: RowsFile): State => {
  const key = expression(node.items);
  return {
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: readers[rows.format],
      // Without a key nothing can be read: the map breaks off, and `settle` finds out why.
      Arguments: {
        Bucket: `\${${bucketPlaceholders[rows.bucket]}}`,
        Key: `{% $exists(${key}) ? ${key} : '' %}`,
      },
    },
    ItemSelector: {
      index: '{% $states.context.Map.Item.Index %}',
      value: '{% $states.context.Map.Item.Value %}',
    },
    ItemBatcher: {
      MaxItemsPerBatch: node.batch,
      MaxInputBytesPerBatch: mostBatchBytes,
      BatchInput: { run: '{% $states.input.run %}', chosen: '{% $states.input.chosen %}' },
    },
    // The outcomes are in the ledger. Without a writer the state would gather an answer of each child, 256 KiB at most.
    ResultWriter: {
      Resource: 'arn:aws:states:::s3:putObject',
      Arguments: { Bucket: '${payloadBucket}', Prefix: "{% 'map-runs/' & $states.input.run.pipeline %}" },
      WriterConfig: { Transformation: 'COMPACT', OutputType: 'JSON' },
    },
  };
};
