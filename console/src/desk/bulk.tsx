// What may be done with several conversations at once.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArrowLeftRight, CheckCheck, Flag, Tag, X } from 'lucide-react';
import { useState } from 'react';
import * as calls from '../api/calls';
import { IconButton } from '../kit/basics';
import { Menu } from '../kit/layers';
import { complain, toast } from '../kit/toast';
import { useWords } from '../words';
import { Labels, PRIORITIES, SnoozeDialog, SnoozeMenu, Transfer } from './dialogs';

export function BulkBar({ ids, onDone }: { ids: string[]; onDone: () => void }) {
  const w = useWords();
  const client = useQueryClient();
  const [dialog, setDialog] = useState<'transfer' | 'snooze' | 'labels'>();
  const [snoozing, setSnoozing] = useState(false);
  const bulk = useMutation({
    mutationFn: (action: calls.Action) => calls.bulk(ids, action),
    onSuccess: (results, action) => {
      const done = results.filter((one) => one.ok).map((one) => one.id);
      const problem = results.find((one) => !one.ok)?.problem;
      const undo = () => void calls.bulk(done, { do: 'reopen' }).catch(complain);
      if (problem) complain(w.bulk.some(done.length, results.length, (problem.detail || problem.title) ?? ''));
      else toast(w.bulk.done(done.length), action.do === 'resolve' ? { action: { label: w.act.undo, run: undo } } : {});
      setDialog(undefined);
      onDone();
    },
    onError: complain,
    // The rows come by the line; what a list cannot know by itself is fetched.
    onSettled: () => void client.invalidateQueries({ queryKey: ['list'] }),
  });
  const go = (action: calls.Action) => bulk.mutate(action);
  const close = () => setDialog(undefined);
  return (
    <div className="bulk" role="toolbar" aria-label={w.bulk.label}>
      <span className="grow num" role="status">
        {w.bulk.picked(ids.length)}
      </span>
      <IconButton small label={w.act.resolve} icon={CheckCheck} disabled={bulk.isPending} onClick={() => go({ do: 'resolve' })} />
      <SnoozeMenu open={snoozing} onOpenChange={setSnoozing} snoozed={false} onSnooze={(until) => go({ do: 'snooze', until })} onWake={() => undefined} onCustom={() => setDialog('snooze')} />
      <IconButton small label={w.act.transfer} icon={ArrowLeftRight} onClick={() => setDialog('transfer')} />
      <IconButton small label={w.act.labels} icon={Tag} onClick={() => setDialog('labels')} />
      <Menu trigger={<IconButton small label={w.act.priority} icon={Flag} />} parts={[{ heading: w.act.priority }, ...PRIORITIES.map((priority) => ({ key: priority, label: w.priorities[priority], onSelect: () => go({ do: 'priority', priority }) }))]} />
      <IconButton small label={w.bulk.none} icon={X} onClick={onDone} />
      {dialog === 'transfer' ? <Transfer busy={bulk.isPending} onClose={close} onDo={go} /> : null}
      {dialog === 'snooze' ? <SnoozeDialog onClose={close} onSnooze={(until) => go({ do: 'snooze', until })} /> : null}
      {dialog === 'labels' ? <Labels onClose={close} onDo={go} /> : null}
    </div>
  );
}
