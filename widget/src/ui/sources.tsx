/** Where an answer comes from: numbered chips, and the passage that opens in place with the quoted words highlighted. */
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Citation, Passage } from '../model/types.ts';
import { plain } from '../text/markdown.ts';
import { locate } from '../text/quote.ts';
import { useAround } from './context.ts';
import { Icon } from './icons.tsx';
import { Prose } from './prose.tsx';

/** The citations of a reply, once for each number, and which of them is open. */
export function useSources(citations: Citation[]) {
  const { words } = useAround();
  const [opened, setOpened] = useState<number | null>(null);
  const id = useId();
  const last = useRef<HTMLElement | null>(null);
  const distinct = [...new Map(citations.map((one) => [one.number, one])).values()];
  const toggle = (number: number, from: HTMLElement): void => {
    last.current = from;
    setOpened(opened === number ? null : number);
  };
  const close = (): void => {
    setOpened(null);
    last.current?.focus();
  };
  const button = (citation: Citation) => ({
    type: 'button' as const,
    'aria-expanded': opened === citation.number,
    'aria-controls': opened === null ? undefined : id,
    title: citation.title,
    onClick: (event: MouseEvent) => toggle(citation.number, event.currentTarget as HTMLElement),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || opened === null) return;
      event.stopPropagation();
      setOpened(null);
    },
  });
  const mark = (number: number) => {
    const citation = distinct.find((one) => one.number === number);
    return citation ? (
      <button class="ref" aria-label={words.source(citation.number, citation.title)} {...button(citation)}>
        {number}
      </button>
    ) : null;
  };
  const current = distinct.find((one) => one.number === opened);
  const element =
    distinct.length === 0 ? null : (
      <div class="sources">
        <div class="chips">
          {distinct.map((citation) => (
            <button class="chip" {...button(citation)}>
              <span class="number">{citation.number}</span>
              <span class="label">{label(citation)}</span>
            </button>
          ))}
        </div>
        {current && <Opened key={current.number} id={id} citation={current} close={close} />}
      </div>
    );
  return { known: (number: number) => distinct.some((one) => one.number === number), mark, element };
}

function label(citation: Citation): string {
  const last = citation.heading.at(-1);
  return last && last !== citation.title ? `${citation.title} · ${last}` : citation.title;
}

type Found = { passage: Passage } | 'loading' | 'changed';

function Opened({ id, citation, close }: { id: string; citation: Citation; close: () => void }) {
  const { core, words } = useAround();
  const [found, setFound] = useState<Found>('loading');
  const region = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let wanted = true;
    core.passage(citation.chunk).then(
      (passage) => wanted && setFound({ passage }),
      () => wanted && setFound('changed'),
    );
    return () => {
      wanted = false;
    };
  }, [citation.chunk]);
  useLayoutEffect(() => region.current?.scrollIntoView({ block: 'nearest' }), [found]);
  const path = [citation.title, ...citation.heading.filter((one) => one !== citation.title)];
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  };
  return (
    <div class="passage" id={id} ref={region} role="region" aria-label={words.source(citation.number, citation.title)} onKeyDown={onKeyDown}>
      <div class="where">
        <Icon name="page" />
        <ol>
          {path.map((step) => (
            <li>{step}</li>
          ))}
        </ol>
        <button type="button" class="tool" aria-label={words.closeSource} title={words.closeSource} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      {found === 'loading' && (
        <p class="muted" role="status">
          {words.loading}
        </p>
      )}
      {found === 'changed' && <Changed quote={citation.quote} />}
      {typeof found === 'object' && <Highlighted passage={found.passage} quote={citation.quote} missing={() => setFound('changed')} />}
    </div>
  );
}

function Changed({ quote }: { quote: string }) {
  const { words } = useAround();
  return (
    <div class="body">
      <p class="muted">{words.passageGone}</p>
      <blockquote>
        <mark>{plain(quote)}</mark>
      </blockquote>
    </div>
  );
}

/** The passage; when it stands, the quoted words are wrapped, wherever the structure cuts them. */
function Highlighted({ passage, quote, missing }: { passage: Passage; quote: string; missing: () => void }) {
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const block = body.current;
    if (!block) return;
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    const nodes: Text[] = [];
    while (walker.nextNode()) nodes.push(walker.currentNode as Text);
    const spans = locate(
      nodes.map((node) => node.data),
      plain(quote),
    );
    if (!spans) return missing();
    nodes.forEach((node, place) => {
      const span = spans[place];
      if (!span) return;
      const range = document.createRange();
      range.setStart(node, span.from);
      range.setEnd(node, span.to);
      range.surroundContents(document.createElement('mark'));
    });
    const first = block.querySelector('mark');
    if (first) block.scrollTop = first.offsetTop - block.offsetTop - 24;
  }, [passage]);
  // Drawn once: the highlighting is not known to the next drawing.
  return useMemo(
    () => (
      <div class="body prose" ref={body} tabIndex={0} dir="auto">
        {passage.question && <p class="heading">{passage.question}</p>}
        <Prose text={passage.text} />
      </div>
    ),
    [passage],
  );
}
