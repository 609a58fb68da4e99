import type { ComponentChildren, VNode } from 'preact';

/** Pairs of what and how much, on one line each; null values are left out. */
export function Facts({ facts }: { facts: [string, ComponentChildren][] }): VNode {
  return <dl class="facts">{facts.filter(([, value]) => value !== null && value !== undefined).map(([term, value]) => <div key={term}><dt>{term}</dt><dd>{value}</dd></div>)}</dl>;
}

/** The same four lines for everything that moves money. */
export function MoneyAct(props: { moves: ComponentChildren; from: ComponentChildren; to: ComponentChildren; costs: ComponentChildren; final: ComponentChildren }): VNode {
  return (
    <section class="money-act" aria-label="What this does">
      <Facts facts={[['What moves', props.moves], ['From whom to whom', <>{props.from} → {props.to}</>], ['What it costs', props.costs], ['When it is final', props.final]]} />
    </section>
  );
}

/** What happened, oldest first. */
export function Timeline({ events }: { events: { at: VNode; what: ComponentChildren; by?: ComponentChildren }[] }): VNode {
  return (
    <ol class="timeline">
      {events.map((event, index) => <li key={index}><span class="when">{event.at}</span><span>{event.what}{event.by ? <span class="small"> — {event.by}</span> : null}</span></li>)}
    </ol>
  );
}
