/** Weight of a rating that a text spells out ("9 out of 10", "2/5"), from -4 to 4; 0 without one. */
export const weighRating = (text: string): number => {
  const [, given, best] = /(?<![\d.])(\d{1,2}(?:\.\d)?)\s*(?:\/|out of)\s*(5|10)(?!\d|\/)/i.exec(text) ?? [];
  if (given === undefined || best === undefined || Number(given) > Number(best)) return 0;
  return (Number(given) / Number(best) - 0.5) * 8;
};
