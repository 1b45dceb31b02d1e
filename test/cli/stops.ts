// A program that takes a moment to stop in order.
import { onStop } from '../../bin/on-stop.ts';

const staying = setInterval(() => undefined, 1_000);
onStop(() => {
  setTimeout(() => {
    clearInterval(staying);
    process.stdout.write('stopped in order');
  }, 100);
});
process.stdout.write('up\n');
