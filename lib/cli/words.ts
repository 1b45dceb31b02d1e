// The words that all commands share with the console.
export { ago, dollars, duration, oneLine, price } from '../support/words.ts';
