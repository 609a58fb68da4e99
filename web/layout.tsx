/** The frame of every page. */
import type { ComponentChildren, VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { renderToString } from 'preact-render-to-string';
import type { Response } from 'express';
import { InstantText } from './components/dates.js';
import { inDoubtText } from './account/in-doubt.js';
import { Money } from './components/money.js';
import { deskLinksFor, linkAbove, linksFor, publicLinks, type Link } from './navigation.js';
import { VisitContext, visitOf, type Visit } from './visit.js';

/** The visit of the page being rendered. */
export function useVisit(): Visit {
  const visit = useContext(VisitContext);
  if (!visit) throw new Error('a page is rendered outside sendPage');
  return visit;
}

export interface LayoutProps {
  /** Makes sense in a browser's history; also the page's heading unless `heading` differs. */
  title: string;
  heading?: ComponentChildren;
  /** Tables of a desk rather than one column of reading. */
  wide?: boolean;
  /** Reload by itself while something is under way; without JavaScript too. */
  refreshSeconds?: number | undefined;
  /** Names of static scripts. */
  scripts?: string[];
  children: ComponentChildren;
}

export function Layout(props: LayoutProps): VNode {
  const visit = useVisit();
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content='{"includeIndicatorStyles":false,"allowEval":false,"historyCacheSize":0}' />
        <title>{`${props.title} · ${visit.platformName}`}</title>
        {props.refreshSeconds ? <noscript><meta http-equiv="refresh" content={String(props.refreshSeconds)} /></noscript> : null}
        <link rel="stylesheet" href={visit.asset('pico.css')} />
        <link rel="stylesheet" href={visit.asset('site.css')} />
        <link rel="icon" type="image/svg+xml" href={visit.asset('icon.svg')} />
        <script src={visit.asset('htmx.js')} defer />
        {(props.scripts ?? []).map((name) => <script key={name} src={visit.asset(name)} defer />)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <Header visit={visit} />
        <main id="main" class={props.wide ? 'wide' : 'narrow'} {...lookingAgain(props.refreshSeconds, visit)}>
          <DeskLinks visit={visit} />
          <h1>{props.heading ?? props.title}</h1>
          {props.children}
        </main>
        <Footer visit={visit} />
      </body>
    </html>
  );
}

/** With JavaScript only the content is fetched again, without a flicker, until a page comes that does not ask for it. */
function lookingAgain(seconds: number | undefined, visit: Visit): Record<string, string> {
  return seconds ? { 'hx-get': visit.address, 'hx-trigger': `every ${seconds}s`, 'hx-select': '#main', 'hx-swap': 'outerHTML' } : {};
}

function Header({ visit }: { visit: Visit }): VNode {
  const { person } = visit;
  const links = person ? linksFor(person.roles) : publicLinks;
  return (
    <header class="site">
      <div class="bar">
        <a class="house" href="/">{visit.platformName}</a>
        <nav aria-label="Main">
          <Links links={links} path={visit.path} />
        </nav>
        <div class="who">
          {person ? <Who visit={visit} /> : <><a href="/log-in">Log in</a> <a href="/sign-up">Sign up</a></>}
        </div>
      </div>
    </header>
  );
}

/** The one under which the page stands is marked. */
function Links({ links, path }: { links: readonly Link[]; path: string }): VNode {
  const above = linkAbove(links, path);
  return <>{links.map((link) => <a key={link.href} href={link.href} aria-current={link === above ? (path === link.href ? 'page' : 'true') : undefined}>{link.text}</a>)}</>;
}

/** The way from any page of a desk to its others. */
function DeskLinks({ visit }: { visit: Visit }): VNode | null {
  const links = visit.person ? deskLinksFor(visit.person.roles, visit.path) : [];
  if (links.length === 0) return null;
  return <nav aria-label="Operations" class="desk-links"><Links links={links} path={visit.path} /></nav>;
}

function Who({ visit }: { visit: Visit }): VNode {
  return (
    <>
      {visit.availableFen === null ? null : <a href="/account/custody" title="Available in your custody account"><Money fen={visit.availableFen} /></a>}
      {visit.doubtedFen > 0 ? <a href="/account/custody" class="small" title={inDoubtText(visit.doubtedFen)}><Money fen={visit.doubtedFen} /> waits</a> : null}
      <a href="/account">{visit.displayName}</a> <span class="small">{visit.person?.roles.join(', ')}</span>
      <form method="post" action="/log-out" data-form="log-out" class="inline">
        <input type="hidden" name="_csrf" value={visit.csrf()} />
        <button class="plain">Log out</button>
      </form>
    </>
  );
}

function Footer({ visit }: { visit: Visit }): VNode {
  return (
    <footer class="site">
      <p class="small">
        {visit.platformName} brings borrowers and lenders together. It holds nobody's money (the custody bank does) and promises no return: a lender can lose what was lent.
      </p>
      <p class="small">
        <a href="/documents">Documents</a> · Complaints and questions: {visit.complaintsContact}
        {visit.demo ? <> · Business time <InstantText at={visit.asOf} /></> : null}
      </p>
    </footer>
  );
}

/** Answers with a part of a page, for a page that renews it by itself. */
export function sendPart(response: Response, part: VNode): void {
  const html = renderToString(<VisitContext.Provider value={visitOf(response)}>{part}</VisitContext.Provider>);
  response.set('Cache-Control', 'no-store').type('html').send(html);
}

/** Answers with a whole HTML document. Pages about a person are never kept by caches. */
export function sendPage(response: Response, page: VNode, status = 200): void {
  const html = renderToString(<VisitContext.Provider value={visitOf(response)}>{page}</VisitContext.Provider>);
  response.status(status).set('Cache-Control', 'no-store').type('html').send(`<!doctype html>${html}`);
}
