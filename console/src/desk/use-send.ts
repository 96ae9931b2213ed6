// Sending: shown at once, kept when it fails, asked about when the customer spoke meanwhile.
import { useQueryClient } from '@tanstack/react-query';
import * as calls from '../api/calls';
import { Problem } from '../api/client';
import { keepRow } from '../shell/live';
import { useMe } from '../shell/me';
import { outcome } from './draft';
import { outbox, type Pending } from './outbox';

/** `refused` was certainly not sent; `failed` may have been, and is safe to send again under the same name. */
export type Sent = 'sent' | 'moved_on' | 'refused' | 'failed';

export function useSend(conversation: string) {
  const client = useQueryClient();
  const { me } = useMe();
  return async (one: Pending, expected: number | undefined): Promise<Sent> => {
    const out = outbox(me.id, conversation);
    out.add({ ...one, state: 'sending' });
    try {
      const { row } = await calls.say(conversation, {
        client_id: one.client_id,
        text: one.text,
        attachments: one.attachments,
        ...(one.citations.length > 0 ? { citations: one.citations } : {}),
        ...(expected === undefined ? {} : { expected_seq: expected }),
      });
      keepRow(client, row, me.id);
      for (const proposed of one.proposed ?? []) void calls.judgeDraft(conversation, outcome(proposed, one.text), proposed).catch(() => undefined);
      out.sent(one.client_id);
      // The event itself comes by the conversation's own line; should that be cut, it is fetched.
      window.setTimeout(() => out.drop(one.client_id), 4000);
      return 'sent';
    } catch (error) {
      const movedOn = error instanceof Problem && error.code === 'moved_on';
      // What came meanwhile is there before it is said that something came.
      if (movedOn) await client.invalidateQueries({ queryKey: ['conversation', conversation] });
      out.fail(one.client_id, error instanceof Problem ? error.message : String(error));
      if (movedOn) return 'moved_on';
      return error instanceof Problem && error.status >= 400 && error.status < 500 ? 'refused' : 'failed';
    }
  };
}
