import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Express, Response } from 'express';
import { liveScript, pageStyle } from './assets.js';

export interface PageProps {
  /** Makes sense in a browser's history. */
  title: string;
  /** The stranger whose page this is ("Phone network", "Custody bank"). */
  house: string;
  /** Links in the header. */
  links?: { href: string; text: string }[];
  /** Shows the page again every so many seconds; with JavaScript only what changed inside `#live`. */
  refreshSeconds?: number | undefined;
  /** Tables of a desk rather than one column of reading. */
  wide?: boolean;
  children: ComponentChildren;
}

/**
 * The look of everything outside the platform: same calm as the platform, another colour, and always the words "sandbox",
 * so that nobody takes it for the platform itself.
 */
export function Page(props: PageProps): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${props.title} · ${props.house} (sandbox)`}</title>
        <link rel="stylesheet" href="/frame/page.css" />
        <link rel="icon" href="data:," />
        {props.refreshSeconds ? <noscript><meta http-equiv="refresh" content={String(props.refreshSeconds)} /></noscript> : null}
        {props.refreshSeconds ? <script src="/frame/live.js" defer data-seconds={String(props.refreshSeconds)} /> : null}
      </head>
      <body>
        <header>
          <a class="house" href="/">{props.house}</a> <span class="badge">sandbox</span>
          <nav>{(props.links ?? []).map((link) => <a key={link.href} href={link.href}>{link.text}</a>)}</nav>
        </header>
        <main id="live" class={props.wide ? 'wide' : ''}>
          <h1>{props.title}</h1>
          {props.children}
        </main>
      </body>
    </html>
  );
}

/** Answers with a whole HTML document. */
export function sendPage(response: Response, page: VNode, status = 200): void {
  response
    .status(status)
    .set('Content-Security-Policy', "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; form-action *")
    .set('Cache-Control', 'no-store')
    .type('html')
    .send(`<!doctype html>${renderToString(page)}`);
}

/** `2026-11-22 17:05` in UTC+8, the zone of the demo; the sandbox has no other. */
export function showInstant(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}

/** Serves what every page links to. */
export function servePageAssets(app: Express): void {
  app.get('/frame/page.css', (_request, response) => { response.type('css').set('Cache-Control', 'max-age=60').send(pageStyle); });
  app.get('/frame/live.js', (_request, response) => { response.type('js').set('Cache-Control', 'max-age=60').send(liveScript); });
}
