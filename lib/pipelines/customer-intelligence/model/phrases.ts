// Runs of words that mean more, or something else, than their words. Weights as for words; found before words are.
// Developed on the odd lines of the demo drop only, as words.ts was.

const listed: Readonly<Record<number, string>> = {
  4: `must see|must have|a must|hands down|blew me away|blown away|can't go wrong|cannot go wrong|five stars|5 stars
    |five star|out of this world|above and beyond|never ceases|work of art|couldn't ask for|could not ask for
    |could not be happier|can't be beat|nothing short of`,
  3: `well worth|worth every penny|worth the money|great deal|good deal|works great|works well|works fine
    |worked great|works like a charm|no complaints|no problems|no problem|no issues|no trouble|can't wait
    |cannot wait|never disappointed|never disappoints|not disappointed|won't be disappointed|be back|going back
    |go back|be returning|edge of your seat|go and see|go see|lasting impression|gets the job done|must visit
    |be going back|come back|coming back|returning again|thumbs up|two thumbs up|top notch|well done|on point
    |as good as|nothing but good|second to none|would recommend|can't say enough|highly recommend
    |highly recommended|exactly what|as described|as advertised|as expected|right on|well made|so far so good
    |cool as|better than expected|couldn't be happier|can't beat|love it`,
  2: `long lasting|holds up|easy to use|easy to|for the price|good price|no time|fit perfectly|fits perfectly
    |next time|nice and|no fuss|worth seeing|worth watching|worth checking|fall in love|kept me|made me laugh
    |first time|would see|on time|just what|everything i|rent it|rent this|watch it|see it|wish they had|had me
    |edge of my seat`,
  0: `must have been|would have been|could have been|can't believe`,
  '-2': `too bad|not much|not even|not as good|not enough|at best|at all|supposed to|used to be|should have|could have
    |would have|thought it would|instead of|not like|more like|rather than|way too|trying to|tried to|wanted to
    |have to|had to|no one|wish i|if you like|so called|poor quality|too much|too small|too loud|too big|long time
    |for ever|forever to|not to|stopped working|fell apart|fall apart|falls apart|fell off|falls off|quit working
    |on sale|back to|wait for|waited|looking for|lack of|the only`,
  '-3': `not worth|not good|not great|not impressed|not recommend|wouldn't recommend|don't waste|do not waste|waste of
    |waste your|don't buy|do not buy|don't bother|stay away|save your|never again|never go|never be back
    |never return|never buy|never come|won't be back|will not be back|wont be back|not be back|won't go back
    |not go back|won't be going back|not be going back|not returning|not work|doesn't work|does not work
    |didn't work|did not work|don't work|won't work|not working|never worked|no good|not happy|not pleased
    |thumbs down|so bad|bad bad|one star|1 star|0 stars|zero stars|rip off|ripped off|piece of
    |send it back|sent it back|money back|what a waste|sit through|walked out|falling asleep|fell asleep
    |down the drain|half of|no plot|no sense|avoid at all costs|at any cost|had better|expect better
    |expected better|find better|steer clear|hoping for|to be desired|no fan|much to be desired|least said|go else
    |let down|turned off|no longer|low quality|not enjoy`,
};

/** Weights by phrase, its words joined with one space. */
export const phrases: ReadonlyMap<string, number> = new Map(
  Object.entries(listed).flatMap(([weight, text]) =>
    text.split('|').map((phrase): [string, number] => [phrase.trim().replaceAll(/\s+/g, ' '), Number(weight)]),
  ),
);

export const longestPhrase = Math.max(...[...phrases.keys()].map((phrase) => phrase.split(' ').length));
