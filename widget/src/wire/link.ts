/**
 * The connection of one visitor's tabs: this tab's own when it leads, otherwise what the leading tab passes on.
 */
import type { Door, Frame } from '../model/types.ts';
import type { House } from './http.ts';
import { follow, type Listener, type News } from './stream.ts';
import { elect, type Tabs, type Word } from './tabs.ts';

/** A newcomer that no tab answers looks for itself. */
const ALONE_MS = 1_500;

export class Link {
  #door: Door | null = null;
  #frames: Frame[] = [];
  #leads = false;
  #up = false;
  #stops: (() => void)[] = [];

  constructor(
    private readonly house: House,
    private readonly tabs: Tabs,
    private readonly listener: Listener,
  ) {}

  /** Whether this tab speaks for all of them. */
  get leads(): boolean {
    return this.#leads;
  }

  /** Begins to follow a conversation. */
  take(door: Door): void {
    if (this.#door?.id === door.id) return;
    this.drop();
    this.#door = door;
    this.#stops.push(elect(`frontdesk:${door.id}`, () => this.#lead(door)));
    if (this.#leads) return;
    this.tabs.tell({ say: 'hello', door: door.id, last: 0 });
    const alone = setTimeout(() => this.#follow(door), ALONE_MS);
    this.#stops.push(() => clearTimeout(alone));
  }

  drop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#door = null;
    this.#frames = [];
    this.#leads = false;
    this.#up = false;
  }

  /** What another tab said about the connection. */
  overhear(word: Word): void {
    if (!this.#door || !('door' in word) || word.door !== this.#door.id) return;
    if (word.say === 'hello' && this.#leads) {
      const frames = this.#frames.filter((frame) => frame.seq > word.last);
      this.tabs.tell({ say: 'history', door: this.#door.id, frames, connected: this.#up });
    }
    if (this.#leads) return;
    if (word.say === 'history') {
      for (const frame of word.frames) this.#hear({ kind: 'frame', frame });
      this.listener.connected(word.connected);
      this.#quiet();
    }
    if (word.say === 'news') this.#hear(word.news);
    if (word.say === 'connected') this.listener.connected(word.yes);
  }

  #lead(door: Door): void {
    if (this.#door?.id !== door.id) return;
    this.#leads = true;
    this.#quiet();
    this.#follow(door);
  }

  /** Ends this tab's own connection and the wait for one; the election goes on. */
  #quiet(): void {
    for (const stop of this.#stops.splice(1)) stop();
  }

  #follow(door: Door): void {
    const last = this.#frames.at(-1)?.seq ?? 0;
    this.#stops.push(
      follow(this.house, door, last, {
        news: (news) => {
          this.#hear(news);
          if (this.#leads) this.tabs.tell({ say: 'news', door: door.id, news });
        },
        connected: (yes) => {
          this.#up = yes;
          this.listener.connected(yes);
          if (this.#leads) this.tabs.tell({ say: 'connected', door: door.id, yes });
        },
        gone: () => this.listener.gone(),
      }),
    );
  }

  #hear(news: News): void {
    if (news.kind === 'frame') {
      if (news.frame.seq <= (this.#frames.at(-1)?.seq ?? 0)) return;
      this.#frames.push(news.frame);
    }
    this.listener.news(news);
  }
}
