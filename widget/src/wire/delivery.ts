/**
 * Takes what was written to the house: messages in their order, and files. What fails in passing is tried again, and what another tab was
 * sending when it closed is sent by this one.
 */
import * as outbox from '../model/outbox.ts';
import type { Attachment, Door } from '../model/types.ts';
import { Refusal, type House } from './http.ts';
import { rest } from './stream.ts';

/** A tab that sends something says so again before this is over, or it is not there any more. */
const ORPHANED_MS = 30_000;
const UPLOADS_TRIED = 5;

/** What it is done for. */
export interface Sender {
  now(): { outbox: outbox.Outbox; door: Door | null; visit: number };
  keep(box: outbox.Outbox): void;
  /** The conversation, opened when there is none. */
  enter(): Promise<Door>;
  /** The conversation does not exist any more. */
  gone(): void;
}

export class Delivery {
  #flushing = false;
  #failures = 0;
  /** What this tab is sending. */
  #sending: string | null = null;
  /** The last conversation was gone; a next one that is, too, is no accident. */
  #lost = false;
  #orphans = 0;
  #uploads: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly house: House,
    private readonly sender: Sender,
    private readonly over: AbortSignal,
  ) {
    over.addEventListener('abort', () => clearTimeout(this.#orphans));
  }

  /** Sends what waits, one after the other. */
  async flush(): Promise<void> {
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      for (let message = this.#next(); message; message = this.#next()) {
        if (!navigator.onLine || this.over.aborted) return;
        await this.#deliver(message);
      }
    } finally {
      this.#flushing = false;
    }
  }

  /** Another tab has something to send; when nothing more is heard of it, this one does. Sending twice is harmless. */
  watch(): void {
    clearTimeout(this.#orphans);
    if (!this.sender.now().outbox.some((one) => one.state === 'sending' || one.state === 'waiting')) return;
    this.#orphans = window.setTimeout(() => {
      this.sender.keep(outbox.revived(this.sender.now().outbox, this.#sending));
      void this.flush();
    }, ORPHANED_MS);
  }

  mark(client_id: string, state: outbox.SendState, reason?: string): void {
    this.sender.keep(outbox.mark(this.sender.now().outbox, client_id, state, reason));
  }

  /** Files go one after the other, and wait their turn where the house takes only so many in a minute. */
  upload(file: File): Promise<Attachment> {
    const { visit } = this.sender.now();
    const uploaded = this.#uploads.then(() => this.#upload(file, visit));
    this.#uploads = uploaded.catch(() => undefined);
    return uploaded;
  }

  async #upload(file: File, visit: number): Promise<Attachment> {
    for (let tries = 1; ; tries += 1) {
      if (visit !== this.sender.now().visit) throw new Error('the conversation it was for was left');
      try {
        return await this.house.upload(await this.sender.enter(), file);
      } catch (error) {
        if (!(error instanceof Refusal && error.status === 429) || tries === UPLOADS_TRIED || this.over.aborted) throw error;
        await rest((error.retryAfter ?? tries) * 1000, this.over);
      }
    }
  }

  #next(): outbox.Pending | undefined {
    return outbox.next(this.sender.now().outbox);
  }

  async #deliver({ client_id, text, attachments }: outbox.Pending): Promise<void> {
    let door: Door | null = null;
    this.#sending = client_id;
    this.mark(client_id, 'sending');
    try {
      door = await this.sender.enter();
      await this.house.say(door, client_id, text, attachments);
      this.#failures = 0;
      this.#lost = false;
      this.mark(client_id, 'sent');
    } catch (error) {
      if (error instanceof Refusal && !error.passing) {
        if (!error.gone || this.#lost) return this.mark(client_id, 'failed', error.message);
        this.#lost = true;
        // The conversation may have been left while this was on its way.
        return door && door.id !== this.sender.now().door?.id ? this.mark(client_id, 'waiting') : this.sender.gone();
      }
      this.mark(client_id, 'waiting');
      this.#failures += 1;
      const asked = error instanceof Refusal && error.retryAfter !== null ? error.retryAfter * 1000 : 0;
      await rest(Math.max(asked, outbox.pause(this.#failures, Math.random())), this.over);
    } finally {
      this.#sending = null;
    }
  }
}
