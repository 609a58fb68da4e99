/**
 * A person's browser without the window: follows redirects across hosts, keeps cookies, finds a page's forms and sends
 * them back with what the person typed. Replay, the demo's people and whole-system tests act through it and through
 * nothing else, so whatever they do a person could do.
 */
import { load, type CheerioAPI } from 'cheerio';
import { CookieJar } from 'tough-cookie';

const maxRedirects = 10;
/** A page that posts itself onward without being asked (bank to platform and back); a person presses its button. */
const maxHandovers = 5;

export interface Form { action: string; method: 'GET' | 'POST'; fields: Record<string, string> }

/** A page that could not be used as expected; says where, and what stood there instead. */
export class UnexpectedPage extends Error {
  override name = 'UnexpectedPage';
  constructor(readonly page: Page, expectation: string) {
    super(`${page.url} (${page.status}): expected ${expectation}, found: ${page.summary()}`);
  }
}

export class Page {
  readonly $: CheerioAPI;
  constructor(readonly url: string, readonly status: number, readonly text: string) {
    this.$ = load(text);
  }

  /** The form with this `data-form` name or id, with the values it already carries. */
  form(name: string): Form {
    const found = this.$(`form[data-form="${name}"], form#${name}`).first();
    if (found.length === 0) throw new UnexpectedPage(this, `a form “${name}” among [${this.formNames().join(', ')}]`);
    return this.readForm(found);
  }

  has(name: string): boolean {
    return this.formNames().includes(name);
  }

  formNames(): string[] {
    return this.$('form').map((_, each) => this.$(each).attr('data-form') ?? this.$(each).attr('id') ?? '').get().filter(Boolean);
  }

  /** The form of a page that hands the person over to another house, if this is such a page. */
  handover(): Form | null {
    const found = this.$('form[data-handover]').first();
    return found.length === 0 ? null : this.readForm(found);
  }

  /** The errors the page shows, or its beginning. */
  summary(): string {
    const errors = this.$('[role="alert"], .error').text();
    const words = errors || this.$('main').text() || this.$('body').text() || this.text;
    return words.replace(/\s+/g, ' ').trim().slice(0, 300);
  }

  private readForm(form: ReturnType<CheerioAPI>): Form {
    const fields: Record<string, string> = {};
    form.find('input, select, textarea').each((_, each) => {
      const field = this.$(each);
      const name = field.attr('name');
      const type = field.attr('type');
      if (!name || type === 'submit' || field.is('[disabled]')) return;
      if ((type === 'checkbox' || type === 'radio') && !field.is('[checked]')) return;
      fields[name] = field.is('select') ? String(field.find('option[selected]').attr('value') ?? field.find('option').first().attr('value') ?? '')
        : field.is('textarea') ? field.text() : String(field.attr('value') ?? '');
    });
    return {
      action: new URL(form.attr('action') ?? '', this.url).href,
      method: form.attr('method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
      fields,
    };
  }
}

export class Visitor {
  private readonly jar = new CookieJar();
  constructor(private readonly home: string) {}

  async open(path: string): Promise<Page> {
    return this.arrive(await this.send(new URL(path, this.home).href, 'GET'));
  }

  /** GETs what a program reads of a page. Throws {@link UnexpectedPage} unless it is 200 and JSON. */
  async read<T>(path: string): Promise<T> {
    const page = await this.send(new URL(path, this.home).href, 'GET', undefined, { accept: 'application/json' });
    if (page.status !== 200) throw new UnexpectedPage(page, 'JSON');
    return JSON.parse(page.text) as T;
  }

  /** Fills in the named form of a page and sends it; follows wherever that leads. */
  async submit(page: Page, form: string, values: Record<string, string> = {}): Promise<Page> {
    const { action, method, fields } = page.form(form);
    return this.arrive(await this.post(action, method, { ...fields, ...values }));
  }

  /** The same for a form that carries files, as a browser sends it. */
  async submitFiles(page: Page, form: string, values: Record<string, string>, files: Record<string, { name: string; type: string; content: Uint8Array<ArrayBuffer> }>): Promise<Page> {
    const { action, fields } = page.form(form);
    const body = new FormData();
    for (const [name, value] of Object.entries({ ...fields, ...values })) if (!(name in files)) body.set(name, value);
    for (const [name, file] of Object.entries(files)) body.set(name, new Blob([file.content], { type: file.type }), file.name);
    return this.arrive(await this.send(action, 'POST', body));
  }

  private post(action: string, method: Form['method'], fields: Record<string, string>): Promise<Page> {
    if (method === 'POST') return this.send(action, 'POST', new URLSearchParams(fields).toString());
    const url = new URL(action);
    for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
    return this.send(url.href, 'GET');
  }

  private async arrive(page: Page): Promise<Page> {
    let here = page;
    for (let handovers = 0; handovers < maxHandovers; handovers++) {
      const next = here.status === 200 ? here.handover() : null;
      if (!next) return here;
      here = await this.post(next.action, next.method, next.fields);
    }
    throw new UnexpectedPage(here, `an end of handing over after ${maxHandovers} pages`);
  }

  private async send(url: string, method: string, body?: string | FormData, headers: Record<string, string> = {}): Promise<Page> {
    let at = url;
    let verb = method;
    let content = body;
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const response = await fetch(at, {
        method: verb, redirect: 'manual', ...(content === undefined ? {} : { body: content }),
        headers: { accept: 'text/html', cookie: await this.jar.getCookieString(at), ...(typeof content === 'string' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}), ...headers },
      });
      for (const cookie of response.headers.getSetCookie()) await this.jar.setCookie(cookie, at, { ignoreError: true });
      const location = response.headers.get('location');
      const text = await response.text();
      if (response.status < 300 || response.status >= 400 || !location) return new Page(at, response.status, text);
      at = new URL(location, at).href;
      if (response.status !== 307 && response.status !== 308) { verb = 'GET'; content = undefined; }
    }
    throw new Error(`${url} redirects more than ${maxRedirects} times`);
  }
}
