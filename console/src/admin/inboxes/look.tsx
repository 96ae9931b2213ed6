// Colour and corner of a chat, with what becomes of the colour where it would be hard to read.
import { contrast, palette, read, WHITE } from '../../../../widget/src/look/colour';
import { TextField } from '../../kit/fields';
import { useAdminWords } from '../../words/admin';
import { Segmented } from '../inputs';
import type { Draft } from './edit';

export function Look({ settings, put, wrong }: Draft) {
  const a = useAdminWords();
  const colour = read(settings.colour);
  const painted = palette(settings.colour, 'light');
  const ratio = contrast(read(painted.brand) ?? WHITE, read(painted.brandInk) ?? WHITE);
  const kept = painted.brand === settings.colour.toLowerCase();
  return (
    <>
      <div className="field">
        <div className="row colour">
          <input type="color" className="input" aria-label={a.inboxes.pick} title={a.inboxes.pick} value={colour ? settings.colour : '#000000'} onChange={(event) => put({ colour: event.target.value })} />
          <div className="grow">
            <TextField
              label={a.inboxes.colour}
              className="mono"
              value={settings.colour}
              maxLength={7}
              spellCheck={false}
              hint={a.inboxes.colourHint}
              error={wrong.get('colour') ?? (colour ? undefined : a.inboxes.badColour)}
              onChange={(event) => put({ colour: event.target.value.trim() })}
            />
          </div>
        </div>
        {colour ? (
          <p className="row small" role="status">
            <span className="contrast" style={{ background: painted.brand, color: painted.brandInk }} aria-hidden>
              Aa 字
            </span>
            <span>
              {a.inboxes.contrast(ratio.toFixed(1))} · {kept ? a.inboxes.contrastKept : a.inboxes.contrastShifted(painted.brand)}
            </span>
          </p>
        ) : null}
      </div>
      <Segmented
        label={a.inboxes.position}
        value={settings.position}
        onChange={(position) => put({ position })}
        options={[
          { value: 'left', label: a.inboxes.left },
          { value: 'right', label: a.inboxes.right },
        ]}
      />
    </>
  );
}
