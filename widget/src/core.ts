/**
 * The widget without its face: what it knows, and what it does about it. The picture is a fold (`model/state`); here are the
 * effects around it.
 */
import * as outbox from './model/outbox.ts';
import { EMPTY, fromBusiness, hear, said, take, unread, withPeople } from './model/state.ts';
import type { Attachment, Config, Contact, Door, Identity, Passage } from './model/types.ts';
import { firstView, type Happening, type Options, type Picture, type View } from './view.ts';
import { chime } from './wire/chime.ts';
import { house, reason, Refusal, type House } from './wire/http.ts';
import { awake } from './wire/awake.ts';
import { Delivery } from './wire/delivery.ts';
import { memory, type Kept, type Memory, type Theme } from './wire/memory.ts';
import { Link } from './wire/link.ts';
import { Receipts, type Standing } from './wire/receipts.ts';
import type { News } from './wire/stream.ts';
import { tabs, type Tabs, type Word } from './wire/tabs.ts';
import { wordsOf, type Language } from './words/index.ts';

const TYPING_SHOWN_MS = 8_000;
const TYPING_TOLD_MS = 3_000;
const STANDING_MS = 700;
/** Time for a message to be seen before it is heard. */
const RING_MS = 1_200;
/** Business hours are looked up again after this long. */
const FRESH_MS = 300_000;

/** Pages without TLS have no `randomUUID`. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Core {
  view: View;
  #options: Options;
  #memory: Memory;
  #house: House;
  #tabs: Tabs;
  #identity: Identity | null = null;
  #link: Link;
  #watchers = new Set<() => void>();
  #listeners = new Map<Happening, Set<(what?: unknown) => void>>();
  #stops: (() => void)[] = [];
  #opening: Promise<Door> | null = null;
  #looked = 0;
  #typingTimer = 0;
  #typingTold = 0;
  #receipts: Receipts;
  #delivery: Delivery;
  #over = new AbortController();

  constructor(base: string, options: Options) {
    this.#options = options;
    this.#memory = memory(options.inbox);
    this.view = firstView(options, this.#memory.read());
    this.#house = house(base, () => this.view.words?.tag ?? this.view.language);
    this.#tabs = tabs(`frontdesk:${options.inbox}`, (word) => this.#overhear(word));
    const standing = (): Standing => ({
      door: this.view.door,
      last: this.view.conversation.messages.findLast(fromBusiness)?.seq ?? 0,
      read: this.view.read,
      looking: this.view.open && document.visibilityState === 'visible',
    });
    this.#receipts = new Receipts(this.#house, standing, (through) => {
      this.set({ read: through });
      this.#tabs.tell({ say: 'read', through });
    });
    this.#delivery = new Delivery(
      this.#house,
      { now: () => this.view, keep: (box) => this.#setOutbox(box), enter: () => this.#ensureDoor(), gone: () => this.#gone() },
      this.#over.signal,
    );
    this.#link = new Link(this.#house, this.#tabs, {
      news: (news) => this.#hear(news),
      connected: (yes) => this.#connected(yes),
      gone: () => this.#gone(),
    });
  }

  /** Fetches what is needed to be shown, and takes up an earlier conversation. */
  async start(): Promise<void> {
    const [config, words] = await Promise.all([this.#house.config(this.#options.inbox), wordsOf(this.view.language)]);
    this.#looked = Date.now();
    this.set({ config: this.#chosen(config), words });
    const network = (): void => {
      this.set({ online: navigator.onLine });
      void this.#delivery.flush();
    };
    const seen = (): void => {
      this.#receipts.soon();
      void this.#lookAgain();
    };
    const often = setInterval(() => this.view.open && void this.#lookAgain(), FRESH_MS);
    this.#stops.push(awake(network, seen), () => clearInterval(often));
    if (this.view.door) this.#link.take(this.view.door);
    void this.#delivery.flush();
    this.emit('ready');
  }

  watch(listen: () => void): () => void {
    this.#watchers.add(listen);
    return () => this.#watchers.delete(listen);
  }

  set(change: Partial<View>, heard = false): void {
    // What was under way when the visitor was forgotten must not be remembered.
    if (this.#over.signal.aborted) return;
    const before = this.view;
    this.view = { ...before, ...change };
    const kept: Partial<Kept> = {};
    if (this.view.door !== before.door) kept.door = this.view.door;
    if (this.view.outbox !== before.outbox) kept.outbox = this.view.outbox;
    if (this.view.draft !== before.draft) kept.draft = this.view.draft;
    if (this.view.read !== before.read) kept.read = this.view.read;
    if (this.view.open !== before.open) kept.open = this.view.open;
    if (this.view.known !== before.known) kept.contact = this.view.known;
    if (Object.keys(kept).length > 0) this.#memory.write(kept, heard);
    for (const listen of this.#watchers) listen();
    if (this.unread !== unread(before.conversation, before.read)) this.emit('unread', this.unread);
  }

  on(happening: Happening, listen: (what?: unknown) => void): () => void {
    const all = this.#listeners.get(happening) ?? new Set();
    this.#listeners.set(happening, all.add(listen));
    if (happening === 'ready' && this.view.config) listen();
    return () => all.delete(listen);
  }

  emit(happening: Happening, what?: unknown): void {
    for (const listen of this.#listeners.get(happening) ?? []) listen(what);
  }

  get unread(): number {
    return unread(this.view.conversation, this.view.read);
  }

  // What the visitor does.

  /** A page may open the chat whenever it likes; the focus moves only when somebody did. */
  show(open: boolean, byHand = navigator.userActivation?.isActive ?? true): void {
    if (open === this.view.open) return;
    this.set({ open, opened: open && byHand });
    this.emit(open ? 'open' : 'close');
    this.#receipts.soon();
    if (open) void this.#lookAgain();
  }

  async speak(language: Language): Promise<void> {
    const words = await wordsOf(language);
    this.#memory.write({ language });
    this.set({ language, words });
  }

  paint(theme: Theme): void {
    this.#memory.write({ theme });
    this.set({ theme });
  }

  ring(sound: boolean): void {
    this.#memory.write({ sound });
    this.set({ sound });
  }

  /** Puts a message into the outbox; it is safe there, also when the page is closed. */
  send(text: string, attachments: Attachment[] = []): void {
    if (!text.trim() && attachments.length === 0) return;
    const message = { client_id: newId(), text: text.trim(), attachments, at: new Date().toISOString() };
    this.#setOutbox(outbox.add(this.view.outbox, message));
    this.set({ draft: '', notice: null });
    void this.#delivery.flush();
  }

  retry(client_id: string): void {
    this.#delivery.mark(client_id, 'waiting');
    void this.#delivery.flush();
  }

  discard(client_id: string): void {
    this.#setOutbox(outbox.drop(this.view.outbox, client_id));
  }

  async askHuman(): Promise<void> {
    this.set({ asked: true });
    let told: string | null = null;
    await this.#attempt(async () => {
      const door = await this.#ensureDoor();
      const { notice, ...queue } = await this.#house.human(door);
      // Nobody is there and the assistant goes on alone: the notice says when people are back.
      if (!queue.open_now && this.view.config?.out_of_hours === 'bot_only') told = notice ?? null;
      else if (this.view.door === door && this.view.conversation.owner !== 'agent') this.set({ conversation: { ...this.view.conversation, queue } });
    });
    // The event says that it happened; when it did not, the button is there again.
    if (told) this.set({ asked: false, notice: 'told', reason: told });
    else if (this.view.notice) this.set({ asked: false });
  }

  type(draft: string): void {
    this.set({ draft });
    const { door, conversation } = this.view;
    const now = Date.now();
    if (!door || conversation.owner === 'bot' || !draft || now - this.#typingTold < TYPING_TOLD_MS) return;
    this.#typingTold = now;
    this.#house.tell(door, 'typing').catch(() => undefined);
  }

  look(picture: Picture | null): void {
    this.set({ picture });
  }

  upload(file: File): Promise<Attachment> {
    return this.#delivery.upload(file);
  }

  async file(attachment: Attachment): Promise<Blob> {
    return this.#house.file(this.#door(), attachment.hash);
  }

  async passage(chunk: string): Promise<Passage> {
    return this.#house.passage(this.#door(), chunk);
  }

  async rate(score: number, comment: string): Promise<boolean> {
    return this.#attempt(() => this.#house.tell(this.#door(), 'rating', { score, comment }));
  }

  async reach(contact: Contact): Promise<boolean> {
    const { door, visit } = this.view;
    const done = door ? await this.#attempt(() => this.#house.tell(door, 'contact', contact)) : true;
    const { known } = this.view;
    // Who came meanwhile is somebody else.
    if (done && visit === this.view.visit) this.set({ known: { ...known, ...contact, attributes: { ...known.attributes, ...contact.attributes } } });
    return done;
  }

  async end(): Promise<boolean> {
    const { door } = this.view;
    return !door || this.#attempt(() => this.#house.tell(door, 'end'));
  }

  async transcript(): Promise<Blob> {
    return this.#house.transcript(this.#door(), 'txt');
  }

  /** Whatever a visitor waits for, or nothing and a word about it. */
  async got<T>(wanted: Promise<T>): Promise<T | null> {
    try {
      return await wanted;
    } catch (error) {
      this.#trouble(error);
      return null;
    }
  }

  /** The visitor wants a new conversation. One that people have, or wait for, ends first: they must not answer into the void. */
  async startOver(): Promise<void> {
    const { conversation, door } = this.view;
    if (withPeople(conversation) && !(await this.end())) return;
    if (door) this.#memory.write({ previous: door });
    this.#leave([]);
    this.#tabs.tell({ say: 'left', outbox: [] });
  }

  /** Says who the visitor is. Somebody else than before does not see what was said before. */
  async identify(identity: Identity): Promise<void> {
    const { visitor } = this.#memory.read();
    if (visitor !== null && visitor !== identity.id) {
      // What the page said at the beginning is about whom it names first.
      this.#forget(identity, this.#identity ? {} : (this.#options.contact ?? {}));
      return this.#tabs.tell({ say: 'visitor', identity });
    }
    this.#memory.write({ visitor: identity.id });
    this.#identity = identity;
    const traits = traitsOf(identity);
    this.set({ identified: true, known: { ...this.view.known, ...traits } });
    const { door } = this.view;
    if (door) await this.#attempt(() => this.#house.tell(door, 'contact', { ...traits, identity }));
  }

  /** Ends everything and forgets the visitor: for when somebody signs out of the shop. */
  shutdown(): void {
    this.#over.abort();
    this.#link.drop();
    this.#tabs.tell({ say: 'visitor', identity: null });
    this.#tabs.close();
    for (const stop of this.#stops) stop();
    this.#memory.clear();
    this.#watchers.clear();
    this.#listeners.clear();
  }

  #setOutbox(box: outbox.Outbox): void {
    if (box === this.view.outbox) return;
    this.set({ outbox: box });
    this.#tabs.tell({ say: 'outbox', outbox: box });
  }

  #door(): Door {
    if (!this.view.door) throw new Error('there is no conversation yet');
    return this.view.door;
  }

  /** The conversation, opened when there is none: once, however many ask at the same time. */
  #ensureDoor(): Promise<Door> {
    // Another tab may have opened one that this tab was not told of.
    const { door, previous } = this.#memory.read();
    const kept = this.view.door ?? door;
    if (kept && !this.view.door) {
      this.set({ door: kept });
      this.#link.take(kept);
    }
    if (kept) return Promise.resolve(kept);
    if (this.#opening) return this.#opening;
    const { visit } = this.view;
    const opening = this.#house
      .open(this.#options.inbox, this.view.language, this.view.known, this.#identity, previous)
      .then(({ id, token }) => {
        if (visit !== this.view.visit || this.#over.signal.aborted) throw new Error('the visitor it was opened for has left');
        const door = { id, token };
        this.set({ door });
        this.#tabs.tell({ say: 'entered', by: door });
        this.#link.take(door);
        return door;
      })
      .finally(() => {
        if (this.#opening === opening) this.#opening = null;
      });
    this.#opening = opening;
    return opening;
  }

  #hear(news: News): void {
    const before = this.view.conversation;
    if (news.kind === 'sentence') return this.set({ conversation: hear(before, news.sentence) });
    if (news.kind === 'queue') return this.set({ conversation: { ...before, queue: news.queue } });
    if (news.kind === 'typing') return this.#showTyping(news.name);
    const { frame } = news;
    const conversation = take(before, frame);
    if (conversation === before) return;
    const change: Partial<View> = { conversation };
    if (frame.type === 'customer_said') change.outbox = outbox.drop(this.view.outbox, frame.client_id);
    if (frame.type === 'agent_said' || frame.type === 'claimed' || frame.type === 'transferred') change.typing = null;
    if (frame.type === 'escalated' || frame.type === 'released') change.asked = false;
    this.set(change);
    const last = conversation.messages.at(-1);
    if (last && last.seq === frame.seq && fromBusiness(last)) this.emit('message', { from: last.kind, text: 'text' in last ? last.text : '' });
    // One tab rings for all, and only when in none of them the message was seen meanwhile.
    if (frame.type === 'agent_said' && this.#link.leads && isNew(frame.at)) setTimeout(() => this.view.sound && frame.seq > this.view.read && chime(), RING_MS);
    this.#receipts.soon();
  }

  #connected(yes: boolean): void {
    this.set({ link: yes ? 'up' : 'down' });
    if (!yes) return;
    void this.#delivery.flush();
    // The place in the queue is in no event: who comes back asks for it.
    setTimeout(() => void this.#standing(), STANDING_MS);
  }

  async #standing(again = false): Promise<void> {
    const { door, conversation } = this.view;
    if (!door || conversation.owner !== 'queue' || (conversation.queue && !again) || conversation.resolved) return;
    const answer = await this.#house.human(door).catch(() => null);
    if (!answer || this.view.door !== door || this.view.conversation.owner !== 'queue') return;
    const { notice: _, ...queue } = answer;
    this.set({ conversation: { ...this.view.conversation, queue } });
  }

  /** What the business chose, and over it what the page did. */
  #chosen(config: Config): Config {
    const { colour, position } = this.#options;
    return { ...config, ...(colour ? { colour } : {}), ...(position ? { position } : {}) };
  }

  /** People come and go while a page stands open. */
  async #lookAgain(): Promise<void> {
    if (!this.view.config || document.visibilityState !== 'visible' || Date.now() - this.#looked < FRESH_MS) return;
    this.#looked = Date.now();
    const config = await this.#house.config(this.#options.inbox).catch(() => null);
    if (config) this.set({ config: this.#chosen(config) });
    await this.#standing(true);
  }

  /** Lets go of the conversation; the next message opens another. */
  #leave(box: outbox.Outbox, more: Partial<View> = {}, heard = false): void {
    this.#link.drop();
    this.#receipts.forget();
    this.#opening = null;
    const nothing = { conversation: EMPTY, door: null, link: 'none', read: 0, typing: null, asked: false, notice: null, reason: null, picture: null } as const;
    this.set({ ...nothing, outbox: box, visit: this.view.visit + 1, ...more }, heard);
  }

  /** The conversation does not exist any more. What had not left for it is said in the next one. */
  #gone(): void {
    const left = outbox.unsaid(this.view.outbox);
    this.#leave(left, { notice: 'gone' });
    this.#tabs.tell({ say: 'left', outbox: left });
    void this.#delivery.flush();
  }

  /** Somebody else is here now, or nobody: nothing of who was before is left. */
  #forget(identity: Identity | null, known: Contact = {}, heard = false): void {
    this.#identity = identity;
    this.#memory.write({ visitor: identity?.id ?? null, previous: null }, heard);
    this.#leave([], { draft: '', known: { ...known, ...(identity ? traitsOf(identity) : {}) }, identified: identity !== null }, heard);
  }

  #showTyping(name: string): void {
    clearTimeout(this.#typingTimer);
    this.set({ typing: name });
    this.#typingTimer = window.setTimeout(() => this.set({ typing: null }), TYPING_SHOWN_MS);
  }

  #overhear(word: Word): void {
    switch (word.say) {
      case 'entered':
        if (word.by.id !== this.view.door?.id) this.set({ door: word.by, conversation: EMPTY }, true);
        return this.#link.take(word.by);
      case 'left':
        this.#leave(word.outbox, {}, true);
        return this.#delivery.watch();
      case 'visitor':
        return this.#forget(word.identity, {}, true);
      case 'outbox':
        // What that tab sends, this one only shows; its event may have been faster.
        this.set({ outbox: word.outbox.filter((one) => !said(this.view.conversation, one.client_id)) }, true);
        return this.#delivery.watch();
      case 'read':
        this.#receipts.told(word.through);
        return this.set({ read: Math.max(this.view.read, word.through) }, true);
      default:
        return this.#link.overhear(word);
    }
  }

  async #attempt(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      this.set({ notice: null, reason: null });
      return true;
    } catch (error) {
      this.#trouble(error);
      if (error instanceof Refusal && error.gone) this.#gone();
      return false;
    }
  }

  #trouble(error: unknown): void {
    this.set({ notice: 'trouble', reason: reason(error) });
    this.emit('error', error);
  }
}

/** Said just now, as far as clocks agree; a conversation that is read again is history. */
const isNew = (at: string): boolean => Math.abs(Date.now() - Date.parse(at)) < 60_000;

function traitsOf({ id: _id, proof: _proof, ...traits }: Identity): Contact {
  return traits;
}
