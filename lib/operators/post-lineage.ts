// Posts OpenLineage events to a domain of Amazon DataZone, whose API wants signatures that no API destination makes.
// https://docs.aws.amazon.com/datazone/latest/APIReference/API_PostLineageEvent.html
import { environmentNames } from '../records/index.ts';
import { SigningClient } from '../support/signing-client.ts';
import type { Environment } from './operator-handler.ts';

/** An event of the bus. */
export interface LineageNotice {
  readonly id: string;
  readonly detail: object;
}

/** A repeat of an event is one of the same id. Throws where the domain does not take it: Lambda calls again, then it is a dead letter. */
export const lineagePoster = (environment: Environment): ((event: LineageNotice) => Promise<void>) => {
  const { AWS_REGION: region = 'us-east-1', AWS_ENDPOINT_URL: endpoint } = environment;
  const client = new SigningClient({
    region,
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    ...(environment.AWS_SESSION_TOKEN ? { sessionToken: environment.AWS_SESSION_TOKEN } : {}),
  });
  const domain = environment[environmentNames.dataZone];
  const url = `${endpoint ?? `https://datazone.${region}.api.aws`}/v2/domains/${domain}/lineage/events`;
  return async ({ id, detail }) => {
    const response = await client.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'client-token': id },
      body: JSON.stringify(detail),
      signal: AbortSignal.timeout(timeoutMs),
      aws: { service: 'datazone' },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${domain} did not take ${id}: HTTP ${response.status} ${text.slice(0, 500)}`);
  };
};

const timeoutMs = 45_000;
