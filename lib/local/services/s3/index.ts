// S3: what is known of objects in the database, their bodies as files, changes told to EventBridge.
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { callFrom } from '../../operation-table.ts';
import type { EngineContext, Service } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { bodyFiles } from './body-files.ts';
import { bucketOperations } from './buckets.ts';
import { multipartOperations } from './multipart.ts';
import { objectTable } from './object-table.ts';
import { objectOperations } from './objects.ts';
import { objectWriter, sequencers } from './write-object.ts';

// Bodies are as safe as the rows that name them: the engine's durability is how its database was opened (2 is FULL).
const isPowerSafe = (database: DatabaseSync): boolean =>
  Number(database.prepare('PRAGMA synchronous').get()?.synchronous) >= 2;

/** S3 without versions, access control, tags and lifecycle. Bodies are `Uint8Array`, times ISO 8601 texts. */
export const s3Service = (context: EngineContext): Service => {
  const table = objectTable(context.database);
  const newName = (): string => uuid(context.random);
  const files = bodyFiles({
    dir: join(context.stateDir, 'objects'),
    inUse: table.files(),
    newName,
    isPowerSafe: isPowerSafe(context.database),
  });
  const nextSequencer = sequencers(() => context.clock.now());
  const write = objectWriter(context, table, files, nextSequencer);
  const call = callFrom('s3', {
    ...bucketOperations(context, table),
    ...objectOperations(context, table, files, write, nextSequencer),
    ...multipartOperations(context, table, files, write),
  });
  return { id: 's3', call };
};
