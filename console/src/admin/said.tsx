// An answer with its sources beneath, as a customer would see it.
import { useMemo } from 'react';
import type { Citation } from '../api/wire';
import { blocks, type Inline } from '../desk/markup';
import { useWords } from '../words';

export function Said({ text, citations }: { text: string; citations: Citation[] }) {
  const w = useWords();
  const parsed = useMemo(() => blocks(text), [text]);
  return (
    <>
      <div className="prose said" dir="auto">
        {parsed.map((block, index) => {
          switch (block.kind) {
            case 'list':
              return block.ordered ? <ol key={index}>{block.items.map(item)}</ol> : <ul key={index}>{block.items.map(item)}</ul>;
            case 'code':
              return <pre key={index}>{block.text}</pre>;
            case 'table':
              return (
                <div className="prose-table" key={index} tabIndex={0} role="region" aria-label={w.cite.sources}>
                  <table>
                    <thead>
                      <tr>
                        {block.head.map((parts, at) => (
                          <th key={at} scope="col">
                            <Parts parts={parts} />
                          </th>
                        ))}
                      </tr>
                    </thead>
                    <tbody>
                      {block.rows.map((row, line) => (
                        <tr key={line}>
                          {row.map((parts, at) => (
                            <td key={at}>
                              <Parts parts={parts} />
                            </td>
                          ))}
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              );
            default:
              return (
                <p key={index} className={block.kind === 'heading' ? 'prose-heading' : undefined}>
                  <Parts parts={block.parts} />
                </p>
              );
          }
        })}
      </div>
      {citations.length > 0 ? (
        <ol className="said-sources" aria-label={w.cite.sources}>
          {citations.map((citation) => (
            <li key={citation.number}>
              <span className="cite num" aria-hidden>
                {citation.number}
              </span>
              <div className="grow">
                <span className="small muted">{[citation.title, ...citation.heading].join(' › ')}</span>
                <blockquote dir="auto">{citation.quote}</blockquote>
              </div>
            </li>
          ))}
        </ol>
      ) : null}
    </>
  );
}

const item = (parts: Inline[], at: number) => (
  <li key={at}>
    <Parts parts={parts} />
  </li>
);

function Parts({ parts }: { parts: Inline[] }) {
  return parts.map((part, index) => {
    switch (part.kind) {
      case 'bold':
        return (
          <strong key={index}>
            <Parts parts={part.parts} />
          </strong>
        );
      case 'italic':
        return (
          <em key={index}>
            <Parts parts={part.parts} />
          </em>
        );
      case 'code':
        return <code key={index}>{part.text}</code>;
      case 'link':
        return (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        );
      case 'cite':
        return (
          <span key={index} className="cite num">
            {part.number}
          </span>
        );
      default:
        return <span key={index}>{part.text}</span>;
    }
  });
}
