// The reviews of a month, dropped by day and source: all but the last day as what was there before anybody asked, to be backfilled.
import type { Drop } from './input-file.ts';
import type { LocalHeddle } from './local-engine.ts';
import { putDrop } from './run-drop.ts';

/** What a source gave on a day. */
export interface DayOfSource {
  readonly day: string;
  readonly source: string;
  readonly text: string;
}

export const dayDrop = ({ day, source, text }: DayOfSource): Drop => ({
  partition: `${day}|${source}`,
  key: `drops/${day}/${source}/reviews.jsonl`,
  body: new TextEncoder().encode(text),
});

/** Puts them into the inbox while it tells nobody, as a bucket that was there before its pipelines: nothing starts. */
export const putHistory = async (heddle: LocalHeddle, drops: readonly Drop[]): Promise<void> => {
  const { engine, manifest } = heddle;
  const tells = (NotificationConfiguration: object) =>
    engine
      .service('s3')
      .call('PutBucketNotificationConfiguration', { Bucket: manifest.inboxBucket, NotificationConfiguration });
  await tells({});
  try {
    for (const drop of drops) await putDrop(heddle, drop);
  } finally {
    // Where this is not come to, the template says it again when the engine is opened.
    await tells({ EventBridgeConfiguration: {} });
  }
};
