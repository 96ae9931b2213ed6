/** Tells the house how far the visitor has read, or at least that it arrived. Several receipts at once are one, and none is sent twice. */
import type { Door } from '../model/types.ts';
import type { House } from './http.ts';

const TOGETHER_MS = 400;

/** How things stand when a receipt is due. */
export interface Standing {
  door: Door | null;
  /** Seq of the last message of the business. */
  last: number;
  /** How far was read before. */
  read: number;
  /** The chat is open, and somebody looks at the page. */
  looking: boolean;
}

export class Receipts {
  #timer = 0;
  #told = { delivered: 0, read: 0 };

  constructor(
    private readonly house: House,
    private readonly standing: () => Standing,
    private readonly read: (through: number) => void,
  ) {}

  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#tell(), TOGETHER_MS);
  }

  /** Another tab has told of it. */
  told(through: number): void {
    this.#told.read = Math.max(this.#told.read, through);
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#told = { delivered: 0, read: 0 };
  }

  #tell(): void {
    const { door, last, read, looking } = this.standing();
    if (looking && last > read) this.read(last);
    const what = looking ? 'read' : 'delivered';
    if (!door || last <= this.#told[what] || last <= this.#told.read) return;
    this.#told = { ...this.#told, [what]: last };
    this.house.tell(door, 'receipts', { [what]: last }).catch(() => undefined);
  }
}
