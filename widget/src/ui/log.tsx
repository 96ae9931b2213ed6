/** The conversation: what was said, what is being said, and what still has to leave. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { day } from '../text/when.ts';
import { pick, regional } from '../words/index.ts';
import { Rating, Reach } from './cards.tsx';
import { useAround } from './context.ts';
import { Icon } from './icons.tsx';
import { Dots, Drafting, Leaving, Shown } from './message.tsx';

/** This close to the end counts as the end. */
const NEAR_PX = 80;

export function Log() {
  const { view, words } = useAround();
  const { conversation, outbox } = view;
  const { messages, draft, turn } = conversation;
  const scroller = useRef<HTMLDivElement>(null);
  const inside = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const toEnd = (): void => {
    const block = scroller.current;
    if (block) block.scrollTop = block.scrollHeight;
  };
  // Closed, or open and nobody can say how long it takes because nobody is at the desk.
  const { queue } = conversation;
  const away = conversation.owner === 'queue' && !conversation.resolved && (!(queue ?? view.config?.hours)?.open_now || queue?.wait_s === null);
  const following = useRef(follows);
  following.current = follows;
  const leaving = outbox.at(-1)?.client_id;
  // Who has scrolled up to read stays there; who writes wants to see it.
  useLayoutEffect(() => {
    if (follows) toEnd();
  }, [messages.length, draft?.sentences.length, turn, outbox.length, conversation.resolved, view.typing, view.open, away]);
  // Pictures come after their message, and what is written or attached below takes room away.
  useEffect(() => {
    const watch = new ResizeObserver(() => following.current && toEnd());
    for (const block of [scroller.current, inside.current]) if (block) watch.observe(block);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (!leaving) return;
    setFollows(true);
    toEnd();
  }, [leaving]);
  const onScroll = (): void => {
    const block = scroller.current;
    if (block) setFollows(block.scrollHeight - block.scrollTop - block.clientHeight < NEAR_PX);
  };
  const empty = messages.length === 0 && outbox.length === 0;
  const thinking = turn !== null && !draft;
  const lastSaid = messages.findLast((message) => message.kind !== 'line')?.seq;
  let shownDay = '';
  return (
    <div class="frame">
      <div class="log" ref={scroller} onScroll={onScroll} tabIndex={-1}>
        <div ref={inside}>
          {empty && <Welcome />}
          <div role="log" aria-live="polite" aria-relevant="additions" aria-label={words.panel} aria-busy={draft !== null} tabIndex={0} class="messages">
            {messages.map((message) => {
              const named = day(message.at, regional(words.tag), words);
              const heading = named !== shownDay && <p class="day">{named}</p>;
              shownDay = named;
              return (
                <>
                  {heading}
                  <Shown key={message.seq} message={message} last={message.seq === lastSaid} />
                </>
              );
            })}
          </div>
          {draft && <Drafting sentences={draft.sentences} />}
          {outbox.map((message) => (
            <Leaving key={message.client_id} message={message} />
          ))}
          <p class={thinking || view.typing !== null ? 'doing' : ''} role="status">
            {(thinking || view.typing !== null) && (
              <>
                <Dots />
                {thinking ? words.looking : words.typing(view.typing || conversation.agent || words.team)}
              </>
            )}
          </p>
          {away && <Reach key={view.visit} />}
          {conversation.resolved && view.config?.csat && <Rating key={view.visit} />}
        </div>
      </div>
      {!follows && (
        <button type="button" class="newest" aria-label={words.newest} title={words.newest} onClick={toEnd}>
          <Icon name="down" />
        </button>
      )}
    </div>
  );
}

/** Before the first word: a greeting, what the answers are made of, and questions to begin with. */
function Welcome() {
  const { core, view, words } = useAround();
  if (!view.config) return null;
  const { suggestions, greeting } = view.config;
  const questions = view.language === 'zh' ? suggestions.zh : suggestions.en;
  return (
    <div class="welcome">
      <span class="face bot large" aria-hidden="true">
        <Icon name="spark" />
      </span>
      <h2 dir="auto">{pick(greeting, view.language) || words.greeting}</h2>
      <p class="muted">{words.promise}</p>
      {questions.length > 0 && (
        <>
          <p class="try">{words.tryThese}</p>
          <ul>
            {questions.map((question) => (
              <li>
                <button type="button" dir="auto" onClick={() => core.send(question)}>
                  {question}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
