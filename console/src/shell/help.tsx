// What the keyboard can do, on one page.
import { Dialog } from '../kit/dialog';
import { useWords } from '../words';
import { isMac, useKeys } from './commands';
import { COMMAND_IDS, name } from './keys';

export function Help({ onClose }: { onClose: () => void }) {
  const w = useWords();
  const keys = useKeys();
  return (
    <Dialog open onOpenChange={onClose} title={w.help.title} hint={w.help.hint} wide>
      <dl className="help">
        {COMMAND_IDS.map((id) => (
          <div key={id}>
            <dt>{w.commands[id]}</dt>
            <dd>{keys(id) ? <kbd>{keys(id)}</kbd> : <span className="muted">{w.help.none}</span>}</dd>
          </div>
        ))}
        <div>
          <dt>{w.help.send}</dt>
          <dd>
            <kbd>{name('Mod+Enter', isMac)}</kbd>
          </dd>
        </div>
        <div>
          <dt>{w.help.canned}</dt>
          <dd>
            <kbd>/</kbd>
          </dd>
        </div>
        <div>
          <dt>{w.help.mention}</dt>
          <dd>
            <kbd>@</kbd>
          </dd>
        </div>
      </dl>
    </Dialog>
  );
}
