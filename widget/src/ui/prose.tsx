/** Markdown as elements. Text is only ever text. */
import type { ComponentChildren } from 'preact';
import { parse, type Block, type Inline } from '../text/markdown.ts';

type Mark = (number: number) => ComponentChildren;

export function Prose({ text, known, mark }: { text: string; known?: (number: number) => boolean; mark?: Mark }) {
  return <>{parse(text, known).map((block) => shown(block, mark ?? (() => null)))}</>;
}

function shown(block: Block, mark: Mark): ComponentChildren {
  switch (block.kind) {
    case 'paragraph':
      return <p>{inline(block.inside, mark)}</p>;
    case 'heading':
      return <p class="heading">{inline(block.inside, mark)}</p>;
    case 'quote':
      return <blockquote>{inline(block.inside, mark)}</blockquote>;
    case 'code':
      return (
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case 'list': {
      const items = block.items.map((item) => <li>{inline(item, mark)}</li>);
      return block.ordered ? <ol start={block.start}>{items}</ol> : <ul>{items}</ul>;
    }
    case 'table':
      return (
        <div class="table" tabIndex={0} role="group">
          <table>
            <thead>
              <tr>{block.head.map((cell) => <th scope="col">{inline(cell, mark)}</th>)}</tr>
            </thead>
            <tbody>
              {block.rows.map((row) => (
                <tr>{row.map((cell) => <td>{inline(cell, mark)}</td>)}</tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

export function inline(nodes: Inline[], mark: Mark): ComponentChildren {
  return nodes.map((node) => {
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'strong':
        return <strong>{inline(node.inside, mark)}</strong>;
      case 'em':
        return <em>{inline(node.inside, mark)}</em>;
      case 'code':
        return <code>{node.text}</code>;
      case 'link':
        return (
          <a href={node.href} target="_blank" rel="noopener noreferrer nofollow">
            {node.text}
          </a>
        );
      case 'mark':
        return mark(node.number);
      case 'break':
        return <br />;
    }
  });
}
