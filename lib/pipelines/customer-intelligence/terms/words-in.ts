// Which words of a review can be a topic. Small and English, as the models are.

import { weightOf } from '../model/words.ts';

const stopWords: ReadonlySet<string> = new Set(
  `a able about above absolutely actually after again against all almost also although always am an and another any anyone
  anything are aren't around as at away back be because been before being below best better between both but by came can
  can't cannot come could couldn't day did didn't do does doesn't doing don't done down during each either else enough even
  ever every everyone everything far felt few find first for found from full further get getting give go going good got great
  had hadn't has hasn't have haven't having he he's her here hers herself him himself his how however i i'd i'll i'm i've if
  in instead into is isn't it it's its itself just keep kept know last least left less let like little long look looked
  looking lot lots made make makes making many may maybe me might more most much must my myself need never new next nice no
  none nor not nothing now of off oh on once one only or other others our ours ourselves out over own part people per
  perhaps pretty probably put quite rather really right said same saw say says see seem seemed seems seen several she should
  shouldn't since so some someone something sometimes soon still such sure take taken than that that's the their theirs them
  themselves then there there's these they they're thing things think this those though thought three through time times to
  together told too took totally tried try truly two under until up upon us use used using very want wanted was wasn't way we
  we're we've well went were weren't what what's when where whether which while who whole whom why will with without won't
  would wouldn't year years yes yet you you'll you're you've your yours yourself bad ok okay definitely especially extremely
  highly completely completely although ago big small real big plus cant dont didnt ive im wont isnt wasnt doesnt worst worse
  ever's feel feeling end ended start started kind bit else happened gave given half work working job piece word unfortunately fortunately
    call called calls pieces words jobs works shows minutes lots simply easily show`.split(/\s+/),
);

/**
 * Each topic word of a review once: three letters or more, no stop words. Words that praise or blame by themselves are no
 * topics: that reviews with "terrible" in them are bad is news to nobody.
 */
export const wordsIn = (text: string): ReadonlySet<string> => {
  const words =
    text
      .toLowerCase()
      .replaceAll('\u2019', "'")
      .match(/[\p{L}][\p{L}']*[\p{L}]/gu) ?? [];
  return new Set(words.map((word) => word.replace(/'s$/, '')).filter(isTopic));
};

const isTopic = (word: string): boolean => word.length > 2 && !stopWords.has(word) && weightOf(word) === 0;
