import { AwsCallError } from './aws-call.ts';

/** The text of a field of S3's XML: of the first of that name. Entities are left as they are. */
export const fieldIn = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

/** What S3 answered with instead of what it was asked for. */
export const s3Error = (status: number, xml: string, place: string): AwsCallError => {
  const why = fieldIn(xml, 'Message') ?? xml.slice(0, 200);
  return new AwsCallError('s3', fieldIn(xml, 'Code') ?? String(status), `${place}: HTTP ${status} ${why}`, status);
};
