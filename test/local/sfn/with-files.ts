// An engine of Step Functions with S3, and a bucket `files`.
import { s3Service } from '../../../lib/local/services/s3/index.ts';
import { type EngineOptions, engine } from './engine.ts';

export const engineWithFiles = async (
  options: EngineOptions & { readonly stateDir: string },
  files: Readonly<Record<string, string | Uint8Array>> = {},
) => {
  const local = engine({ services: (context) => [s3Service(context)], ...options });
  const s3 = local.service('s3');
  await s3.call('CreateBucket', { Bucket: 'files' });
  for (const [Key, body] of Object.entries(files))
    await s3.call('PutObject', { Bucket: 'files', Key, Body: Buffer.from(body as string) });
  const text = async (Key: string): Promise<string> => {
    const { Body } = await s3.call('GetObject', { Bucket: 'files', Key });
    return Buffer.from(Body as Uint8Array).toString('utf8');
  };
  const read = async (Key: string): Promise<unknown> => JSON.parse(await text(Key));
  return { ...local, text, read };
};
