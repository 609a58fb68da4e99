import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnexpectedPage, Visitor } from './visitor.js';

describe('a visitor', () => {
  let server: Server;
  let home: string;
  const seen: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${body} [${request.headers.cookie ?? ''}]`);
        if (request.url === '/form') response.setHeader('set-cookie', 'sid=1; Path=/').end('<main><form data-form="bid" method="post" action="/bid"><input name="key" value="k1"><input name="amount"><input type="checkbox" name="agree" value="yes"><select name="term"><option value="3">3</option><option value="6" selected>6</option></select></form></main>');
        else if (request.url === '/bid') response.writeHead(303, { location: '/away' }).end();
        else if (request.url === '/away') response.end('<form data-handover method="post" action="/back"><input name="sign" value="s"></form>');
        else if (request.url === '/loop') response.end('<form data-handover method="post" action="/loop"></form>');
        else response.end('<main><p role="alert">Not  here</p></main>');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('keeps cookies, fills in a form, follows the redirect and presses the button of a handover', async () => {
    const visitor = new Visitor(home);
    const page = await visitor.submit(await visitor.open('/form'), 'bid', { amount: '5', agree: 'yes' });
    expect(page.url).toBe(`${home}/back`);
    expect(seen).toEqual(['GET /form  []', 'POST /bid key=k1&amount=5&term=6&agree=yes [sid=1]', 'GET /away  [sid=1]', 'POST /back sign=s [sid=1]']);
  });
  it('says what it found where a form was expected', async () => {
    const visitor = new Visitor(home);
    await expect(visitor.submit(await visitor.open('/nowhere'), 'bid')).rejects.toThrow(/expected a form “bid”.*Not here/);
  });
  it('does not hand itself over for ever', async () => {
    await expect(new Visitor(home).open('/loop')).rejects.toThrow(UnexpectedPage);
  });
});
