// What is measured of a simulation: how much of each quota is used, how often it is in the way, and which keys are hot.
import { type KeyCosts, ledgerKeys } from './ledger-keys.ts';
import { KeyMeters, Level, Meter } from './meters.ts';
import type { Quota, QuotaName, Quotas } from './quotas.ts';
import type { Runs } from './run-store.ts';

export interface QuotaUse {
  readonly name: QuotaName;
  readonly quota: Quota;
  /** In the busiest second, or at the busiest moment. */
  readonly peak: number;
  readonly peakAt: number;
  /** How often it was in the way. */
  readonly throttled: number;
}

export interface KeyUse {
  readonly key: string;
  /** Units written in its busiest second. */
  readonly peak: number;
}

export class Gauges {
  readonly ledger = ledgerKeys();
  readonly rates = {
    StartExecution: new Meter(),
    StateTransition: new Meter(),
    LambdaScaling: new Meter(),
    GetParameter: new Meter(),
    PutEvents: new Meter(),
    TableWrites: new Meter(),
    TableReads: new Meter(),
    PrefixPuts: new Meter(),
  };
  readonly levels = { Consumers: new Level(), LambdaConcurrency: new Level(), InFlight: new Level() };
  readonly #quotas: Quotas;
  readonly #runs: Runs;
  readonly #throttled: { [name in QuotaName]?: number } = {};
  readonly #keys: KeyMeters;
  readonly #bases: readonly number[];
  #ownPeak = 0;

  constructor(quotas: Quotas, pipelines: number, runs: Runs) {
    this.#quotas = quotas;
    this.#runs = runs;
    const bases: number[] = [];
    let keys = 0;
    for (const { isOfPipeline, parts } of this.ledger.families) {
      bases.push(keys);
      keys += parts.length * (isOfPipeline ? pipelines : 1);
    }
    this.#bases = bases;
    this.#keys = new KeyMeters(keys);
  }

  inTheWay(name: QuotaName): void {
    this.#throttled[name] = (this.#throttled[name] ?? 0) + 1;
  }

  /** Writes of a run to the ledger. */
  write({ own, units, shared }: KeyCosts, pipeline: number, run: number, at: number): void {
    if (units === 0) return;
    this.rates.TableWrites.add(at, units);
    const { most } = this.#quotas.KeyWrites;
    if (own > 0) {
      const count = this.#runs.wrote(run, Math.floor(at), own);
      if (count > most) this.inTheWay('KeyWrites');
      if (count > this.#ownPeak) this.#ownPeak = count;
    }
    for (const { family, units: count } of shared) {
      const found = this.ledger.families[family];
      if (!found) continue;
      const part = found.partOf[this.#runs.numberOf(run) % found.partOf.length] as number; // it is inside
      const key = (this.#bases[family] as number) + (found.isOfPipeline ? pipeline * found.parts.length : 0) + part;
      if (this.#keys.add(key, at, count) > most) this.inTheWay('KeyWrites');
    }
  }

  uses(): readonly QuotaUse[] {
    const busiest = this.keys().reduce((most, { peak }) => Math.max(most, peak), 0);
    const measured: { readonly [name in QuotaName]: { readonly peak: number; readonly peakAt: number } } = {
      ...this.rates,
      ...this.levels,
      LambdaScaling: { peak: 0, peakAt: 0 },
      KeyWrites: { peak: busiest, peakAt: 0 },
    };
    return (Object.keys(this.#quotas) as QuotaName[]).map((name) => ({
      name,
      quota: this.#quotas[name],
      peak: measured[name].peak,
      peakAt: measured[name].peakAt,
      throttled: this.#throttled[name] ?? 0,
    }));
  }

  /** The busiest key of each family, the hottest first. */
  keys(): readonly KeyUse[] {
    const { peaks } = this.#keys;
    const shared = this.ledger.families.map(({ name }, family) => {
      const [from, to] = [this.#bases[family], this.#bases[family + 1] ?? peaks.length];
      return { key: name, peak: peaks.subarray(from, to).reduce((most, peak) => Math.max(most, peak), 0) };
    });
    return [...shared, { key: 'run#<pipeline>#<run>', peak: this.#ownPeak }].sort((a, b) => b.peak - a.peak);
  }
}
