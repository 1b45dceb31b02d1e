// A gate under any order of coming and going: never more under way than may be, in the order of asking, and nobody lost.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { enter, leave } from '../../lib/operators/admission/gate.ts';
import type { AdmissionPolicy, Gate } from '../../lib/records/index.ts';

const empty: Gate = { running: [], queued: [], owed: [], version: 0 };
const step = fc.record({ comes: fc.boolean(), who: fc.integer({ min: 0, max: 12 }) });
const policy: fc.Arbitrary<AdmissionPolicy> = fc.record({
  overlap: fc.constantFrom('queue', 'skip', 'cancelRunning'),
  maxRuns: fc.integer({ min: 1, max: 4 }),
  maxQueued: fc.integer({ min: 0, max: 4 }),
});

test('at most maxRuns are under way, at most maxQueued wait, and who was let in is known to whoever starts it', () => {
  fc.assert(
    fc.property(policy, fc.array(step, { maxLength: 60 }), (limits, steps) => {
      let gate = empty;
      const started = new Set<string>();
      for (const { comes, who } of steps) {
        const name = `run${who}`;
        if (comes) {
          const entered = enter(gate, name, limits);
          expect(enter(entered.gate, name, limits).gate).toEqual(entered.gate);
          if (entered.answer.kind === 'go') started.add(name);
          gate = entered.gate;
        } else {
          gate = leave(gate, [name], limits.maxRuns);
          expect(leave(gate, [name], limits.maxRuns)).toBe(gate);
        }
        for (const owed of gate.owed) if (owed.kind === 'start') started.add(owed.name);
        expect(gate.running.length).toBeLessThanOrEqual(limits.maxRuns);
        expect(gate.queued.length).toBeLessThanOrEqual(Math.max(1, limits.maxQueued));
        expect(gate.queued.length === 0 || gate.running.length === limits.maxRuns).toBe(true);
        for (const running of gate.running) expect(started).toContain(running);
        expect(new Set([...gate.running, ...gate.queued]).size).toBe(gate.running.length + gate.queued.length);
      }
    }),
  );
});

test('those who wait begin in the order in which they asked', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 20 }), (asked) => {
      const names = asked.map((who) => `run${who}`);
      const limits: AdmissionPolicy = { overlap: 'queue', maxRuns: 1, maxQueued: 100 };
      let gate = names.reduce((before, name) => enter(before, name, limits).gate, empty);
      const order: string[] = [];
      for (let [first] = gate.running; first !== undefined; [first] = gate.running) {
        order.push(first);
        gate = leave(gate, [first], 1);
      }
      expect(order).toEqual(names);
    }),
  );
});
