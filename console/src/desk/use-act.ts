// What an agent does to a conversation: at once in the caches, in the server's words when it was too late.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import * as calls from '../api/calls';
import { Problem } from '../api/client';
import { complain, toast } from '../kit/toast';
import { keepRow } from '../shell/live';
import { useMe } from '../shell/me';
import { useWords } from '../words';

export function useAct(id: string) {
  const client = useQueryClient();
  const { me } = useMe();
  const w = useWords();
  return useMutation({
    mutationFn: (action: calls.Action) => calls.act(id, action),
    onSuccess: ({ row }, action) => {
      keepRow(client, row, me.id);
      if (action.do === 'resolve') {
        toast(w.act.resolved, { action: { label: w.act.undo, run: () => void calls.act(id, { do: 'reopen' }).then((back) => keepRow(client, back.row, me.id), complain) } });
      } else if (action.do === 'transfer') toast(w.act.transferred);
      else if (action.do === 'snooze') toast(w.act.snoozed);
      else if (action.do === 'release') toast(action.to === 'bot' ? w.act.toBot : w.act.toQueue);
    },
    onError: (error) => {
      complain(error);
      // Somebody else was faster: what they did is shown.
      if (error instanceof Problem && error.status === 409) void client.invalidateQueries({ queryKey: ['conversation', id] });
    },
  });
}
