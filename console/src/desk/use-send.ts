// Sending: shown at once, kept when it fails, asked about when the customer spoke meanwhile.
import { useQueryClient } from '@tanstack/react-query';
import * as calls from '../api/calls';
import { Problem } from '../api/client';
import { keepRow } from '../shell/live';
import { useMe } from '../shell/me';
import { outbox, type Pending } from './outbox';

export type Sent = 'sent' | 'moved_on' | 'failed';

export function useSend(conversation: string) {
  const client = useQueryClient();
  const { me } = useMe();
  return async (one: Pending, expected: number | undefined): Promise<Sent> => {
    outbox.add(conversation, { ...one, state: 'sending' });
    try {
      const { row } = await calls.say(conversation, {
        client_id: one.client_id,
        text: one.text,
        attachments: one.attachments,
        ...(one.citations.length > 0 ? { citations: one.citations } : {}),
        ...(expected === undefined ? {} : { expected_seq: expected }),
      });
      keepRow(client, row, me.id);
      // The event itself comes by the conversation's own line; should that be cut, it is fetched.
      window.setTimeout(() => outbox.drop(conversation, one.client_id), 4000);
      return 'sent';
    } catch (error) {
      if (error instanceof Problem && error.code === 'moved_on') {
        outbox.drop(conversation, one.client_id);
        await client.invalidateQueries({ queryKey: ['conversation', conversation] });
        return 'moved_on';
      }
      outbox.fail(conversation, one.client_id, error instanceof Problem ? error.message : String(error));
      return 'failed';
    }
  };
}
