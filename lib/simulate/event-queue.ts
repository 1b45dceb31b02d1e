// What is to happen, by time, in arrays of numbers: tens of millions of events pass through.

export class EventQueue {
  #times = new Float64Array(1_024);
  #kinds = new Int32Array(1_024);
  #places = new Int32Array(1_024);
  #notes = new Int32Array(1_024);
  size = 0;
  /** Of the event taken last. */
  time = 0;
  kind = 0;
  place = 0;
  note = 0;

  add(time: number, kind: number, place: number, note = 0): void {
    if (this.size === this.#times.length) this.#grow();
    const times = this.#times;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((times[parent] as number) <= time) break; // inside the array, as all below
      this.#move(parent, at);
      at = parent;
    }
    this.#set(at, time, kind, place, note);
  }

  /** Takes the next event into `time`, `kind`, `place` and `note`. False when there is none. */
  next(): boolean {
    if (this.size === 0) return false;
    this.time = this.#times[0] as number;
    this.kind = this.#kinds[0] as number;
    this.place = this.#places[0] as number;
    this.note = this.#notes[0] as number;
    const last = --this.size;
    const times = this.#times;
    const time = times[last] as number;
    const [kind, place, note] = [this.#kinds[last], this.#places[last], this.#notes[last]] as [number, number, number];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && (times[child + 1] as number) < (times[child] as number)) child += 1;
      if ((times[child] as number) >= time) break;
      this.#move(child, at);
      at = child;
    }
    this.#set(at, time, kind, place, note);
    return true;
  }

  #set(at: number, time: number, kind: number, place: number, note: number): void {
    this.#times[at] = time;
    this.#kinds[at] = kind;
    this.#places[at] = place;
    this.#notes[at] = note;
  }

  #move(from: number, to: number): void {
    this.#set(
      to,
      this.#times[from] as number,
      this.#kinds[from] as number,
      this.#places[from] as number,
      this.#notes[from] as number,
    );
  }

  #grow(): void {
    const longer = <A extends Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(array: A, made: A): A => {
      made.set(array);
      return made;
    };
    const length = 2 * this.size;
    this.#times = longer(this.#times, new Float64Array(length));
    this.#kinds = longer(this.#kinds, new Int32Array(length));
    this.#places = longer(this.#places, new Int32Array(length));
    this.#notes = longer(this.#notes, new Int32Array(length));
  }
}
