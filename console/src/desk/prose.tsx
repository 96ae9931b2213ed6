// Draws answers: little Markdown, and numbers that open the passage that they stand for.
import { useQuery } from '@tanstack/react-query';
import { BookOpenText } from 'lucide-react';
import { Fragment, useMemo, useState } from 'react';
import * as calls from '../api/calls';
import type { Citation } from '../api/wire';
import { Skeleton } from '../kit/basics';
import { Dialog } from '../kit/dialog';
import { Popover } from '../kit/layers';
import { useWords } from '../words';
import { blocks, inline, type Inline } from './markup';

interface Cited {
  conversation: string;
  citations: Citation[];
}

export function Prose({ text, conversation, citations }: Cited & { text: string }) {
  const parsed = useMemo(() => blocks(text), [text]);
  const cited = { conversation, citations };
  return (
    <div className="prose" dir="auto">
      {parsed.map((block, index) => {
        if (block.kind === 'list') {
          const items = block.items.map((parts, at) => (
            <li key={at}>
              <Parts parts={parts} {...cited} />
            </li>
          ));
          return block.ordered ? <ol key={index}>{items}</ol> : <ul key={index}>{items}</ul>;
        }
        if (block.kind === 'code') return <pre key={index}>{block.text}</pre>;
        if (block.kind === 'table') {
          return (
            <div className="prose-table" key={index} tabIndex={0} role="region" aria-label={block.head.map(plain).join(', ')}>
              <table>
                <thead>
                  <tr>
                    {block.head.map((parts, at) => (
                      <th key={at} scope="col">
                        <Parts parts={parts} {...cited} />
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {block.rows.map((row, line) => (
                    <tr key={line}>
                      {row.map((parts, at) => (
                        <td key={at}>
                          <Parts parts={parts} {...cited} />
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          );
        }
        return (
          <p key={index} className={block.kind === 'heading' ? 'prose-heading' : undefined}>
            <Parts parts={block.parts} {...cited} />
          </p>
        );
      })}
    </div>
  );
}

/** What a customer wrote: their words and links, nothing else. */
export function Plain({ text }: { text: string }) {
  const parts = useMemo(() => inline(text).map((part) => (part.kind === 'link' && part.text === part.href ? part : part.kind === 'text' ? part : null)), [text]);
  // Anything but bare links is shown as it was typed.
  const untouched = parts.some((part) => part === null);
  return (
    <div className="prose pre" dir="auto">
      {untouched ? text : parts.map((part, index) => (part?.kind === 'link' ? <Out key={index} href={part.href} text={part.text} /> : <Fragment key={index}>{part?.kind === 'text' ? part.text : ''}</Fragment>))}
    </div>
  );
}

function Out({ href, text }: { href: string; text: string }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {text}
    </a>
  );
}

function plain(parts: Inline[]): string {
  return parts.map((part) => ('text' in part ? part.text : 'parts' in part ? plain(part.parts) : '')).join('');
}

function Parts({ parts, conversation, citations }: Cited & { parts: Inline[] }) {
  return parts.map((part, index) => {
    switch (part.kind) {
      case 'text':
        return <Fragment key={index}>{part.text}</Fragment>;
      case 'bold':
        return (
          <strong key={index}>
            <Parts parts={part.parts} conversation={conversation} citations={citations} />
          </strong>
        );
      case 'italic':
        return (
          <em key={index}>
            <Parts parts={part.parts} conversation={conversation} citations={citations} />
          </em>
        );
      case 'code':
        return <code key={index}>{part.text}</code>;
      case 'link':
        return <Out key={index} href={part.href} text={part.text} />;
      case 'cite': {
        const citation = citations.find((one) => one.number === part.number);
        return citation ? <CiteMark key={index} conversation={conversation} citation={citation} /> : <Fragment key={index}>[{part.number}]</Fragment>;
      }
    }
  });
}

/** The number beside a sentence. */
export function CiteMark({ conversation, citation }: { conversation: string; citation: Citation }) {
  const w = useWords();
  return (
    <Popover
      label={w.cite.source(citation.title)}
      trigger={
        <button type="button" className="cite" aria-label={w.cite.open(citation.number, citation.title)}>
          {citation.number}
        </button>
      }
    >
      <CitationCard conversation={conversation} citation={citation} />
    </Popover>
  );
}

function CitationCard({ conversation, citation }: { conversation: string; citation: Citation }) {
  const w = useWords();
  const [open, setOpen] = useState(false);
  return (
    <div className="cite-card">
      <div className="small muted">{[citation.title, ...citation.heading].join(' › ')}</div>
      <blockquote dir="auto">{citation.quote}</blockquote>
      <button type="button" className="button small ghost" onClick={() => setOpen(true)}>
        <BookOpenText size={14} aria-hidden /> {w.cite.passage}
      </button>
      {open ? <PassageDialog conversation={conversation} chunk={citation.chunk} title={citation.title} quote={citation.quote} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}

/** The list of sources under a message. */
export function Sources({ conversation, citations }: Cited) {
  const w = useWords();
  const [open, setOpen] = useState<Citation>();
  if (citations.length === 0) return null;
  return (
    <div className="sources" role="group" aria-label={w.cite.sources}>
      {citations.map((citation) => (
        <button type="button" key={citation.number} className="source" onClick={() => setOpen(citation)} title={citation.quote}>
          <span className="num">{citation.number}</span>
          <span className="clip">{citation.heading.at(-1) ? `${citation.title} › ${citation.heading.at(-1)}` : citation.title}</span>
        </button>
      ))}
      {open ? <PassageDialog conversation={conversation} chunk={open.chunk} title={open.title} quote={open.quote} onClose={() => setOpen(undefined)} /> : null}
    </div>
  );
}

export function PassageDialog({ conversation, chunk, title, quote, onClose }: { conversation: string; chunk: string; title: string; quote?: string; onClose: () => void }) {
  const w = useWords();
  const passage = useQuery({ queryKey: ['passage', conversation, chunk], queryFn: () => calls.passage(conversation, chunk), staleTime: Infinity });
  const data = passage.data;
  return (
    <Dialog open onOpenChange={onClose} title={data?.title ?? title} wide {...(data && data.heading.length > 0 ? { hint: data.heading.join(' › ') } : {})}>
      {data ? (
        <div className="stack">
          {data.question ? <h3>{data.question}</h3> : null}
          <Marked text={data.text} quote={quote} />
          <p className="small muted">{w.cite.from(data.source)}</p>
        </div>
      ) : passage.error ? (
        <p className="muted">{w.cite.gone}</p>
      ) : (
        <Skeleton height={120} />
      )}
    </Dialog>
  );
}

/** A text with the quoted words marked. */
function Marked({ text, quote }: { text: string; quote: string | undefined }) {
  const at = quote ? text.indexOf(quote) : -1;
  if (!quote || at === -1) return <div className="passage pre">{text}</div>;
  return (
    <div className="passage pre">
      {text.slice(0, at)}
      <mark>{quote}</mark>
      {text.slice(at + quote.length)}
    </div>
  );
}
