import type { ComponentChildren, VNode } from 'preact';

export type Tone = 'good' | 'warn' | 'bad' | 'calm';

/** A word in a badge. Colour never carries the meaning alone: the word does. */
export function Badge({ tone = 'calm', children }: { tone?: Tone; children: ComponentChildren }): VNode {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** A state: a word in a badge, and under it what is going on, who has to act, by when, and what happens otherwise. */
export function State({ tone, word, children }: { tone: Tone; word: string; children: ComponentChildren }): VNode {
  return (
    <div class="state">
      <Badge tone={tone}>{word}</Badge>
      <p>{children}</p>
    </div>
  );
}

/** "Nothing here yet, because …". */
export function Empty({ children }: { children: ComponentChildren }): VNode {
  return <p class="empty">{children}</p>;
}

/** A remark that must be seen. */
export function Notice({ tone = 'calm', children }: { tone?: Tone; children: ComponentChildren }): VNode {
  return <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>{children}</div>;
}
