// The list over the composer: canned replies behind `/`, colleagues behind `@`.
import { useId } from 'react';
import type { Agent, Canned } from '../api/wire';
import { Avatar } from '../kit/basics';
import { useWords } from '../words';

export type Suggestion = { kind: 'canned'; one: Canned } | { kind: 'agent'; one: Agent };

export function useSuggestionIds() {
  const id = useId();
  return { list: `${id}list`, option: (index: number) => `${id}o${index}` };
}

export function Suggestions({ all, at, ids, onChoose, onAt }: { all: Suggestion[]; at: number; ids: ReturnType<typeof useSuggestionIds>; onChoose: (one: Suggestion) => void; onAt: (index: number) => void }) {
  const w = useWords();
  return (
    <div className="suggestions layer" role="listbox" id={ids.list} aria-label={all[0]?.kind === 'agent' ? w.composer.colleagues : w.composer.canned}>
      {all.map((one, index) => (
        <div
          key={one.one.id}
          id={ids.option(index)}
          role="option"
          aria-selected={index === at}
          className="item"
          onPointerMove={() => onAt(index)}
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(one);
          }}
        >
          {one.kind === 'canned' ? (
            <>
              <code>/{one.one.shortcut.replace(/^\//, '')}</code>
              <span className="clip" style={{ flex: 'none', maxWidth: '35%' }}>
                {one.one.title}
              </span>
              <span className="muted small clip grow">{one.one.text}</span>
            </>
          ) : (
            <>
              <Avatar name={one.one.name} size={22} presence={one.one.presence} />
              <span className="clip grow">{one.one.name}</span>
              <span className="muted small">{w.presence[one.one.presence]}</span>
            </>
          )}
        </div>
      ))}
    </div>
  );
}
